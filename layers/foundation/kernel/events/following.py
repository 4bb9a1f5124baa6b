"""Following the log: each event once, in an order that does not depend on when transactions commit.

The order is (transaction_id, position). We read only up to the oldest transaction that is still running, so no event
can appear later before those already read. `position` alone is not enough: it is assigned before the commit, and the
transaction with the higher number may commit first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from kernel.events import queries
from kernel.events.frames import Frame

_BITS = 61
_LAST = (1 << _BITS) - 1


class LogPosition(Struct, frozen=True, order=True):
    """A position in the log: everything up to and including this event has been read."""

    transaction_id: int
    position: int

    def as_id(self) -> UUID:
        """Return the position as a UUID of version 8, the id of frames without an event; a client may resume there."""
        bits = self.transaction_id << _BITS | self.position
        high, middle, low = bits >> 74, bits >> 62 & 0xFFF, bits & (1 << 62) - 1
        return UUID(int=high << 80 | 8 << 76 | middle << 64 | 2 << 62 | low)


class Page(Struct, frozen=True):
    """Part of the log.

    Attributes:
        frames: under their canonical names, in the log's order.
        positions: the position of each frame.
        position: where to continue: the position of the last frame, or the end of what could be read.
        full: True if there may be more events already.
    """

    frames: tuple[Frame, ...]
    positions: tuple[LogPosition, ...]
    position: LogPosition
    full: bool


def find_position(tx: Tx, last_id: UUID) -> LogPosition | None:
    """Return the position of a listener whose last frame has this id; None if the id is unknown or too old."""
    if last_id.version == 8:
        position = _decode(last_id)
        return position if position <= end(tx) else None  # else from another log, or invented
    row = queries.find_position(tx, last_id).fetchone()
    return _position_of(row) if row else None


def end(tx: Tx) -> LogPosition:
    """Return the position after all events that can be read now."""
    row = queries.find_settled(tx).fetchone()
    assert row is not None
    return _before(row["settled"])


def read_after(tx: Tx, position: LogPosition, limit: int = 500) -> Page:
    """Return the public events after a position, oldest first."""
    rows = queries.list_events_after(tx, position.transaction_id, position.position, limit).fetchall()
    settled = _before(rows[0]["settled"])
    found = [row for row in rows if row["event_id"] is not None]
    positions = tuple(_position_of(row) for row in found)
    full = len(found) == limit
    return Page(tuple(map(_frame_of, found)), positions, max(position, positions[-1] if full else settled), full)


def _frame_of(row: Mapping[str, Any]) -> Frame:
    return Frame(row["event_id"], row["event_type"], int(row["created_at"].timestamp()), row["payload"])


def _position_of(row: Mapping[str, Any]) -> LogPosition:
    return LogPosition(row["transaction_id"], row["position"])


def _before(transaction_id: int) -> LogPosition:
    return LogPosition(transaction_id - 1, _LAST)


def _decode(id: UUID) -> LogPosition:
    bits = (id.int >> 80) << 74 | (id.int >> 64 & 0xFFF) << 62 | id.int & (1 << 62) - 1
    return LogPosition(bits >> _BITS, bits & _LAST)
