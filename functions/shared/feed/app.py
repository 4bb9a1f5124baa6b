"""The log for the outer ring, which has no database: invoked by `sockets.push`."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
from functools import partial
from typing import Any
from uuid import UUID

from kernel.action import look
from kernel.database import Tx
from kernel.events import following
from kernel.events.following import LogPosition, Page

MAX_FRAMES = 500
MAX_BYTES = 5_000_000
"""A function may answer with 6 MB."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """{"after": id of a place or an event, or null, "limit": n} -> {"frames", "place", "full", "known"}.

    After null, or an id that is not known: no frames, and where the log ends.
    """
    after = UUID(event["after"]) if event.get("after") else None
    limit = max(1, min(int(event.get("limit") or MAX_FRAMES), MAX_FRAMES))
    return look(partial(_read, after=after, limit=limit))


def _read(tx: Tx, after: UUID | None, limit: int) -> dict[str, Any]:
    position = following.find_position(tx, after) if after else None
    if position is None:
        return _answer(Page((), (), following.end(tx), full=False), known=after is None)
    return _answer(_page(tx, position, limit), known=True)


def _page(tx: Tx, position: LogPosition, limit: int) -> Page:
    """As much as an answer can hold, and at least one frame."""
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
