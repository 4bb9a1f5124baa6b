"""Reads the log and the keys for the outer ring, which cannot reach the database. Invoked by `sockets.push`."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
from functools import partial
from typing import Any
from uuid import UUID

from kernel import metrics
from kernel.action import look, run_action
from kernel.database import Tx
from kernel.events import following
from kernel.events.following import LogPosition, Page
from kernel.keys import service as keys

MAX_FRAMES = 500
MAX_BYTES = 5_000_000
"""The limit for an answer; Lambda allows 6 MB."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the frames after a position, or which keys of listeners have been revoked.

    Args:
        event: {"after": id of a position or an event, or null, "limit": n}; or {"holders": [names of keys],
            "listeners": how many sockets are open}.

    Returns:
        {"frames", "place", "full", "known"}. After null or an unknown id: no frames, and the end of the log.
        Or {"revoked": [names]}.
    """
    if "holders" in event:
        return run_action(
            partial(_review, holders=event["holders"], listeners=event.get("listeners")), while_frozen=True
        )
    after = UUID(event["after"]) if event.get("after") else None
    limit = max(1, min(int(event.get("limit") or MAX_FRAMES), MAX_FRAMES))
    return look(partial(_read, after=after, limit=limit))


def _review(tx: Tx, holders: list[str], listeners: int | None) -> dict[str, Any]:
    if listeners is not None:  # a pusher of the version before does not tell
        metrics.save_gauge(tx, "websocket_active_connections", "community", listeners)
    return {"revoked": keys.find_revoked(tx, holders)}


def _read(tx: Tx, after: UUID | None, limit: int) -> dict[str, Any]:
    position = following.find_position(tx, after) if after else None
    if position is None:
        return _answer(Page((), (), following.end(tx), full=False), known=after is None)
    return _answer(_page(tx, position, limit), known=True)


def _page(tx: Tx, position: LogPosition, limit: int) -> Page:
    """Return as many frames as fit into an answer, and at least one."""
    page = following.read_after(tx, position, limit)
    size = 0
    for number, frame in enumerate(page.frames):
        size += len(json.dumps(frame.as_json()))
        if size > MAX_BYTES and number:
            return Page(page.frames[:number], page.positions[:number], page.positions[number - 1], full=True)
    return page


def _answer(page: Page, *, known: bool) -> dict[str, Any]:
    return {
        "frames": [frame.as_json() for frame in page.frames],
        "place": str(page.position.as_id()),
        "full": page.full,
        "known": known,
    }
