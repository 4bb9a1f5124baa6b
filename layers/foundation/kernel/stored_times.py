"""Stored times that a clock which was ahead has left in the future, and their repair.

A clock may be wrong for a while, and what is stored meanwhile would last until the right clock has caught up: a year,
perhaps. Everything that someone waits for therefore keeps when it began. If that lies in the future, it begins now and
has its full length before it (ADR 34). The minute clock looks for such times, and nothing else needs to.
"""

from __future__ import annotations

from typing import LiteralString

from msgspec import Struct

from kernel.database import Tx

TOLERANCE: LiteralString = "interval '10 seconds'"
"""How far the clocks of two environments may differ."""

# The later of two clocks: one that is behind would take times for future ones that are not.
_NOW: LiteralString = "greatest(%s::timestamptz, now())"


def end_of(began: LiteralString, ends: LiteralString) -> LiteralString:
    """Return the SQL expression for the end of something that began at the latest now.

    It is for statements that would otherwise store a longer time before the repair. Its parameter is the current time.
    """
    return "least(" + ends + ", %s + " + TOLERANCE + " + (" + ends + " - " + began + "))"


class StoredTime(Struct, frozen=True):
    """A column with a time that must not lie far in the future.

    Attributes:
        column: when something began; or, where only its end is stored, the end.
        moved: other columns that keep their distance to it.
        ahead: SQL interval; how far an end may lie ahead by its rule.
        where: the rows that matter.
    """

    table: LiteralString
    column: LiteralString
    moved: tuple[LiteralString, ...] = ()
    ahead: LiteralString = "interval '0'"
    where: LiteralString = "true"

    @property
    def due(self) -> LiteralString:
        """SQL expression: whether there is such a time. Its parameter is the current time."""
        return "EXISTS (SELECT FROM " + self.table + " WHERE " + self._is_wrong + ")"

    @property
    def repair(self) -> LiteralString:
        """The statement that repairs them. Each of its parameters is the current time; it returns one row: `times`."""
        latest: LiteralString = "(" + _NOW + " + " + self.ahead + ")"
        changes: LiteralString = self.column + " = " + latest
        for column in self.moved:
            changes += ", " + column + " = " + column + " - (" + self.column + " - " + latest + ")"
        return (
            "WITH repaired AS (UPDATE "
            + self.table
            + " SET "
            + changes
            + " WHERE "
            + self._is_wrong
            + " RETURNING 1) SELECT count(*) AS times FROM repaired"
        )

    @property
    def _is_wrong(self) -> LiteralString:
        return self.where + " AND " + self.column + " > " + _NOW + " + " + self.ahead + " + " + TOLERANCE


TIMES = (
    StoredTime("api_keys", "revoked_at", ahead="interval '7 days'"),
    StoredTime("events", "next_attempt_at", ahead="interval '1 minute'", where="next_attempt_at IS NOT NULL"),
    StoredTime("idempotency_keys", "created_at"),
    StoredTime("retired_signing_keys", "retires_at", ahead="interval '1 day'"),
    StoredTime("stream_clients", "seen_at", moved=("connected_at",)),
)
"""The kernel's. What only says when something happened is not here: history keeps the time that was believed."""


def repair(tx: Tx, times: tuple[StoredTime, ...]) -> int:
    """Repair times that lie too far in the future; return how many there were."""
    repaired = [tx.execute(each.repair, [tx.now] * each.repair.count("%s")) for each in times]
    rows = [cursor.fetchone() for cursor in repaired]
    return sum(row["times"] for row in rows if row)
