"""Sends what happens to everybody who listens over a WebSocket.

A message of the queue only says that there may be something to see; what there is, is in the log. The queue has one
message group, so only one environment at a time is at work here. Should a message come again while it still is (the
queue waits only so long), the one that is overtaken stops, and has somebody look once more: see `rounds`.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions.shared.sockets.connections import ConcurrentPusher
from functions.shared.sockets.feed import FeedFailed
from functions.shared.sockets.rounds import Rounds
from functions.shared.sockets.wake_up import wake_up

PAUSE_SECONDS = 1.0
"""Between two rounds: however much happens, a listener gets one message a second. The relay's pace, too."""
OPENING_PAUSE_SECONDS = 0.25
SETTLING_SECONDS = 5.0
"""An event may be announced a moment before the log shows it: an older transaction is still at work."""
ROUND_SECONDS = 10.0
"""Seconds: no round begins with less time left."""

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

rounds = Rounds()

ready()


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What the messages of a batch ask for.

    Attributes:
        events: announced by the bus.
        listener: somebody has come, or wants something else; or there was more than could be sent in time.
        minute: another one has passed.
        latest: when the last of the messages was written, in unix seconds.
    """

    events: frozenset[UUID]
    listener: bool
    minute: bool
    sent_at: float

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]]) -> PushRequest:
        bodies = [json.loads(record["body"]) for record in records]
        return cls(
            events=frozenset(UUID(body["detail"]["id"]) for body in bodies if _announces_event(body)),
            listener=any("source" not in body for body in bodies),
            minute=any(body.get("source") == "aws.events" for body in bodies),
            sent_at=max(int(record["attributes"]["SentTimestamp"]) for record in records) / 1000,
        )

    @property
    def is_for_events_only(self) -> bool:
        return not self.listener and not self.minute


def _announces_event(body: Mapping[str, Any]) -> bool:
    """A broadcast is one here: the log has it, and listeners get it."""
    return "id" in body.get("detail", {}) and "replay-name" not in body


def handler(event: dict[str, Any], context: Any) -> None:
    request = PushRequest.of(event["Records"])
    if request.is_for_events_only:
        if request.sent_at < rounds.no_listeners_at or request.events <= rounds.sent.keys():
            return
        time.sleep(max(0.0, rounds.started_at + PAUSE_SECONDS - time.monotonic()))
    while (pause := run_round(request, context)) is not None:
        if not has_time_for_a_round(context, pause):
            wake_up()
            return
        time.sleep(pause)


def run_round(request: PushRequest, context: Any) -> float | None:
    """Make a round. Seconds until the next one; None: nothing is left to do."""
    try:
        result = rounds.run(keep_alive=request.minute)
    except ConcurrentPusher:
        log.warning("another pusher is at work")
        wake_up()  # it may have looked before what these messages tell of
        return None
    except FeedFailed as error:
        if not has_time_for_a_round(context, PAUSE_SECONDS):
            raise  # the messages come again
        log.warning("the log cannot be read: %s", error)
        return PAUSE_SECONDS
    if result.no_listeners:
        return None
    if result.more:
        return 0.0
    if result.opening:
        return OPENING_PAUSE_SECONDS
    unseen = request.events - rounds.sent.keys() and time.time() < request.sent_at + SETTLING_SECONDS
    return PAUSE_SECONDS if result.failed or unseen else None


def has_time_for_a_round(context: Any, pause: float) -> bool:
    return context.get_remaining_time_in_millis() / 1000 >= ROUND_SECONDS + pause
