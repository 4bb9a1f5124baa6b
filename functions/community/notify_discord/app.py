"""Posts events as messages in a Discord channel, each once and in order.

There are two queues, so that a crowd's level-ups do not hold up a gamble's invitation: one for events of which there
are few, each with its own message, and one for events about single players, which are bundled.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import base64
import hashlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Final

from doors.discord.api import api, retry_until
from doors.discord.messages import BLUE_BUTTON, Button, Embed, message
from doors.discord.settings import settings as discord_settings
from doors.originals import is_original_envelope
from doors.outbound import ATTEMPT_SECONDS, Envelope, Unavailable, deliver, is_addressed_to, set_aside
from functions.community.notify_discord import battles, bundling, gambles, registration
from functions.community.notify_discord.battle_texts import BATTLES
from functions.community.notify_discord.bundle_texts import BUNDLED, bundled_event
from functions.community.notify_discord.bundles import BundledEvent, Lane
from functions.community.notify_discord.settings import settings
from functions.community.notify_discord.texts import TEXTS, ballot, configs, marked, poll_ballot
from kernel import texts
from kernel.startup import at_startup
from kernel.texts import translate

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

DESTINATION: Final = "discord"
SYNC: Final = "discord.sync_requested"
ANNOUNCEMENT: Final = "discord.announcement_requested"

texts.use(configs() / "texts")
at_startup(texts.load)
ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver the batch. Events that are not announced are filtered out first, so they cost no bookkeeping."""
    wanted = [record for record in event["Records"] if is_wanted(json.loads(record["body"]))]
    return handle(wanted, context)


def handle(records: Sequence[Mapping[str, Any]], context: Any, wait: Callable[[float], None] = time.sleep) -> Any:
    """Deliver messages in order; those that follow each other and are bundled at once.

    Returns:
        The partial-batch answer, with all messages from the first one that has to wait.
    """
    done = 0
    for bundled, group in groupby(records, _is_bundled):
        following = list(group)
        if bundled:
            answer = bundle(following, context, wait)
        else:
            answer = deliver({"Records": following}, context, DESTINATION, send, wait=wait)
        if answer["batchItemFailures"]:
            later = records[done + len(following) :]
            later_ids = [{"itemIdentifier": record["messageId"]} for record in later]
            return {"batchItemFailures": [*answer["batchItemFailures"], *later_ids]}
        done += len(following)
    return {"batchItemFailures": []}


def bundle(records: Sequence[Mapping[str, Any]], context: Any, wait: Callable[[float], None]) -> dict[str, Any]:
    """Put events into their bundles, to be posted a few seconds later.

    Returns:
        The partial-batch answer: all messages or none.
    """
    lanes = defaultdict[Lane, list[BundledEvent]](list)
    for record in records:
        envelope = json.loads(record["body"])["detail"]
        try:
            if embed_of(envelope) is None:
                continue
            event = bundled_event(envelope, nonce_of(envelope))
        except Exception as error:
            set_aside(record, envelope, DESTINATION, error)
            continue
        lane = Lane(channel_of(envelope), is_test(envelope), envelope["metadata"].get("replay_id", ""))
        lanes[lane].append(event)
    try:
        for lane, events in lanes.items():
            seconds = context.get_remaining_time_in_millis() / 1000 - ATTEMPT_SECONDS
            retry_until(partial(bundling.add, events, lane), seconds, wait=wait)
    except Unavailable as error:
        log.warning("the bundles have to wait: %s", error, extra={"messages": len(records)})
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records]}
    return {"batchItemFailures": []}


def _is_bundled(record: Mapping[str, Any]) -> bool:
    return json.loads(record["body"])["detail"]["type"] in BUNDLED


def is_wanted(delivered: Mapping[str, Any]) -> bool:
    envelope = delivered["detail"]
    if not is_addressed_to(delivered, DESTINATION):
        return False
    if envelope["type"] == bundling.DUE:
        return True
    return bool(discord_settings.discord_application_id if envelope["type"] == SYNC else channel_of(envelope))


def channel_of(envelope: Envelope) -> str:
    """The channel where an event is posted; empty if it is not. Source: rules 17, 19."""
    if envelope["type"] not in TEXTS:
        return ""
    if envelope["type"] in BATTLES:
        return envelope["metadata"].get("discord_channel_id", "")
    for_developers = envelope["type"] == ANNOUNCEMENT or is_test(envelope)
    return settings.discord_dev_channel_id if for_developers else settings.discord_channel_id


def send(envelope: Envelope) -> None:
    """Post one event, post a bundle that is due, or update Discord's list of commands.

    Raises:
        Unavailable, Rejected
    """
    if envelope["type"] == SYNC:
        registration.update(envelope["payload"])
        return
    if envelope["type"] == bundling.DUE:
        bundling.post(envelope["payload"])
        return
    embed = embed_of(envelope)
    if embed is None:
        return
    channel_id, nonce = channel_of(envelope), nonce_of(envelope)
    match envelope["type"] if is_original_envelope(envelope) else "":
        case "gamble.started":
            gamble_id = envelope["payload"]["id"]
            invitation = message(embed, components=[Button(translate("Join"), f"gamble:join:{gamble_id}", BLUE_BUTTON)])
            gambles.invite(envelope["payload"], channel_id, invitation, nonce)
        case "gamble.complete":
            gambles.end(envelope["payload"]["gamble_id"], channel_id, message(embed), nonce)
        case "progression.voting_started":
            api().post(channel_id, message(embed, components=ballot(envelope["payload"])), nonce)
        case "poll.opened":
            api().post(channel_id, message(embed, components=poll_ballot(envelope["payload"])), nonce)
        case kind if kind in BATTLES:
            battles.tell(kind, envelope["payload"], channel_id, embed, nonce)
        case _:
            api().post(channel_id, message(embed), nonce)


def embed_of(envelope: Envelope) -> Embed | None:
    """The message; None for a broadcast of an event's type that lacks the event's fields."""
    try:
        embed = TEXTS[envelope["type"]](envelope["payload"])
    except (AttributeError, KeyError, TypeError, ValueError):
        if not envelope["metadata"].get("broadcast"):
            raise
        log.warning("a broadcast without the fields of its type", extra={"event_id": envelope["id"]}, exc_info=True)
        return None
    replayed = bool(envelope["metadata"].get("replay"))
    return marked(embed, at=envelope["timestamp"], test=is_test(envelope), replayed=replayed)


def is_test(envelope: Envelope) -> bool:
    payload = envelope["payload"]
    return isinstance(payload, dict) and payload.get("is_test") is True


def nonce_of(envelope: Envelope) -> str:
    """Short enough for Discord, and the same for every attempt."""
    name = f"{envelope['id']} {envelope['metadata'].get('replay_id', '')}"
    return base64.urlsafe_b64encode(hashlib.blake2b(name.encode(), digest_size=16).digest()).decode().rstrip("=")
