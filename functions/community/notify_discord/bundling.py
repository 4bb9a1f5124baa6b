"""Collecting events about players, and posting them together a few seconds later.

Each lane has one open bundle, in the outer ring's table. The first event of a bundle sends a message, "due", through
the same queue. The queue keeps the order and delays everything by a few seconds, so all events that come within this
time are in front of the message, and a long backlog becomes one bundle.

An event that was added is marked for as long as it might be delivered again. All steps are in an order that makes it
safe to repeat them: messages that were interrupted come again before anything behind them.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec.structs import asdict

from doors.aws import client
from doors.discord.api import api
from doors.discord.messages import message
from doors.outbound import Unavailable
from functions.community.notify_discord.bundle_texts import embeds_of
from functions.community.notify_discord.bundles import Bundle, BundledEvent, Lane
from functions.community.notify_discord.posted_messages import (
    find_marks,
    find_record,
    replace_record,
    save_marks,
    save_record,
)
from functions.community.notify_discord.settings import settings
from functions.community.notify_discord.texts import marked

log = logging.getLogger("brandish")

DUE: Final = "discord.bundle_due"
"""The type of the message that a bundle is due. It is in the queue only, never on the bus."""
KIND: Final = "bundle"
MARK: Final = "bundled"
GROUP: Final = "bundles"
OPEN_SECONDS: Final = 60
"""No event is added to an older bundle, or to one of a clock that was ahead: the message that it is due may be lost."""


def add(events: Sequence[BundledEvent], lane: Lane) -> None:
    """Add events to their lane's bundle, those that were not added before.

    Args:
        events: at most 25.

    Raises:
        Unavailable
    """
    new = {event.id: event for event in events}
    for id in find_marks(MARK, new):
        del new[id]
    if not new:
        return
    found = bundle = _found(lane.key)
    # An interrupted attempt may have added some, and marked none.
    if found is not None and (had := new.keys() & set(found.ids)):
        save_marks(MARK, had)
        new = {id: event for id, event in new.items() if id not in had}
    if not new:
        return
    if bundle is not None and (bundle.is_full or abs(time.time() - bundle.opened_at) > OPEN_SECONDS):
        _close(bundle)
        bundle = None
    if bundle is None:
        bundle = Bundle(next(iter(new)), int(time.time()))
        _send_due(bundle, lane)
    for event in new.values():
        bundle = bundle.having(event)
    _save_open(lane, bundle, found)
    save_marks(MARK, new)


def post(due: Mapping[str, Any]) -> None:
    """Post a bundle that is due.

    Raises:
        Unavailable, Rejected
    """
    lane = Lane(**due["lane"])
    bundle = _found(lane.key)
    if bundle is not None and bundle.id == due["bundle_id"]:
        _close(bundle)
        _save_open(lane, None, bundle)
    else:
        bundle = _found(due["bundle_id"])
    if bundle is None:
        log.info("the bundle that is due has no events", extra={"bundle_id": due["bundle_id"]})
        return
    embeds = [marked(embed, at=bundle.at, test=lane.test, replayed=bool(lane.replay_id)) for embed in embeds_of(bundle)]
    api().post(lane.channel_id, message(*embeds), bundle.id)


def _found(key: str) -> Bundle | None:
    text = find_record(KIND, key).get("content")
    return Bundle.from_text(text) if text else None


def _save_open(lane: Lane, bundle: Bundle | None, before: Bundle | None) -> None:
    content = {"content": bundle.as_text()} if bundle else {}
    version, replaces = bundle.version if bundle else "", before.version if before else ""
    replace_record(KIND, lane.key, version, replaces=replaces, **content)


def _close(bundle: Bundle) -> None:
    """Keep a bundle under its own id, where it stays even if Discord rejects it."""
    save_record(KIND, bundle.id, content=bundle.as_text())


def _send_due(bundle: Bundle, lane: Lane) -> None:
    """Send the message that the bundle is due, behind the events that are in the queue by now."""
    from botocore.exceptions import BotoCoreError, ClientError

    detail = {
        "id": bundle.id,
        "type": DUE,
        "timestamp": bundle.opened_at,
        "payload": {"bundle_id": bundle.id, "lane": asdict(lane)},
        "metadata": {},
    }
    queue: Any = client("sqs")
    try:
        queue.send_message(
            QueueUrl=settings.discord_bundles_queue_url,
            MessageBody=json.dumps({"detail": detail}),
            MessageGroupId=GROUP,
            MessageDeduplicationId=bundle.id,
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"SQS: {error}") from error
