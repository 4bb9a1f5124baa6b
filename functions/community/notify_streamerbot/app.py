"""Runs the streamer's own actions for events, in a Streamer.bot that is reachable from here."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from doors.outbound import Envelope, Rejected, deliver
from doors.secrets import find_secret
from functions.community.notify_streamerbot.actions import OF_PLAYERS, TYPES, Action, action_for
from functions.community.notify_streamerbot.link import StreamerbotLink
from functions.community.notify_streamerbot.protocol import AuthenticatedSession
from functions.community.notify_streamerbot.settings import settings

DESTINATION = "streamerbot"
SECONDS_TO_SPARE = 2.0
"""Kept for answering the queue."""

log = logging.getLogger("brandish")

ready()


class _Environment(threading.local):
    """What an environment keeps; in the local stack, an environment is a thread."""

    def __init__(self) -> None:
        self.link = StreamerbotLink(_open)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Run the actions of a batch; those for single players, of which a crowd causes many, come last.

    Their events are a message group of their own, so they wait for each other, but nothing else waits for them. A
    batch may contain messages of both groups.
    """
    if not settings.streamerbot_enabled:
        return {"batchItemFailures": []}
    records = [record for record in event["Records"] if _type_of(record) in TYPES]
    records.sort(key=lambda record: _type_of(record) in OF_PLAYERS)
    return deliver({"Records": records}, context, DESTINATION, partial(send, context))


def send(context: Any, envelope: Envelope) -> None:
    """Run the event's action.

    What Streamer.bot rejects or misses is only logged, because streamers define the actions they like and close the
    program when the stream is over.

    Raises:
        Unavailable: try again later.
    """
    action = action_for(envelope)
    metadata = envelope["metadata"]
    if action is None or metadata.get("broadcast"):
        return  # a broadcast is for listeners only; an action could give people timeouts
    action = Action(settings.streamerbot_action_prefix + action.name, action.args)
    happened = time.time() if metadata.get("replay") else envelope["timestamp"]
    seconds = context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_SPARE
    try:
        link().run(envelope["id"], action, happened=happened, seconds=seconds)
    except Rejected as error:
        log.warning(
            "Streamer.bot did not run an action",
            extra={"event_id": envelope["id"], "action": action.name, "reason": str(error)},
        )


def link() -> StreamerbotLink:
    """The connection to Streamer.bot, one per environment."""
    return _environment.link


def password() -> str:
    """The password from the settings, or else from the secret store.

    Raises:
        Unavailable
    """
    return settings.streamerbot_password or find_secret("streamerbot_password")


def _open(seconds: float) -> AuthenticatedSession:
    return AuthenticatedSession.open(
        settings.streamerbot_url, password, seconds=seconds, raw=settings.streamerbot_auth_raw
    )


def _type_of(record: Mapping[str, Any]) -> str:
    return json.loads(record["body"])["detail"]["type"]


_environment = _Environment()
