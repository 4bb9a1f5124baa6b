"""What the pusher asks for: posts that wait, and what to do with those that have arrived.

The pusher posts to connections, in the outer ring; it does not reach the database.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from kernel.action import run_action
from kernel.database import Tx
from worlds.play import closing
from worlds.posts import service as posts

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take note of what has arrived, and hand out what waits.

    Args:
        event: `delivered` [{character_id, seq, ago in seconds}], `gone` [connection ids], `failed` [connection ids];
            `op`: claim, or report for a pusher that ends and takes nothing more.

    Returns:
        `deliveries` [{connection_id, character_id, frames, last_seq}], `closing` [{connection_id, frames}], and
        `more`: whether to come back at once. After an answer with nothing in it, the pusher is asleep.
    """
    arrived = {
        UUID(each["character_id"]): posts.PostArrival(int(each["seq"]), timedelta(seconds=each.get("ago", 0)))
        for each in event.get("delivered", ())
    }
    failed = list(event.get("failed", ()))
    if arrived or failed:
        posts.count_arrivals(
            run_action(lambda tx: posts.settle(tx, arrived, failed), name="posts settled", while_frozen=True)
        )
    if gone := event.get("gone"):
        _leave(gone)
    if event["op"] == "report":  # its time is over
        run_action(posts.fall_asleep, while_frozen=True)
        return {"deliveries": [], "closing": [], "more": False}
    deliveries, closed = run_action(_claim, name="posts claimed", while_frozen=True)
    if not deliveries and not closed:
        run_action(posts.fall_asleep, name="", while_frozen=True)
        if run_action(posts.is_waiting, while_frozen=True):  # written while this one fell asleep
            deliveries, closed = run_action(_claim, name="posts claimed", while_frozen=True)
    return {
        "deliveries": [
            {
                "connection_id": each.connection_id,
                "character_id": str(each.character_id),
                "frames": list(each.frames),
                "last_seq": each.last_seq,
            }
            for each in deliveries
        ],
        "closing": [{"connection_id": each.connection_id, "frames": list(each.frames)} for each in closed],
        "more": bool(deliveries or closed),
    }


def _leave(gone: Iterable[str]) -> None:
    from worlds.play.leaving import go  # takes a third of a start to import, and mostly no connection is gone

    for connection_id in gone:
        run_action(partial(go, connection_id=connection_id), name="connection gone", while_frozen=True)


def _claim(tx: Tx) -> tuple[list[posts.PostDelivery], list[closing.Farewell]]:
    return posts.claim(tx), closing.take(tx)
