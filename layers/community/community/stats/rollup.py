"""The rollup of the inbox into sums: by the clock, and by actions in between. Source: rules 15."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, LiteralString

from community.inboxes import LIMIT_BEHIND_COMMIT
from community.stats import queries
from community.stats.rules import start_of
from kernel.database import Connection, Tx, transaction

if TYPE_CHECKING:
    from community.stats.models import Period

DUE: LiteralString = queries.ROLLUP_DUE

AHEAD: LiteralString = queries.WINDOWS_AHEAD
"""SQL expression: whether a window begins too late, because a clock was ahead. Its parameter is the current time."""

BATCH = 5_000
WINDOWS: tuple[Period, ...] = ("daily", "weekly", "monthly", "yearly")


def roll_up(tx: Tx) -> int:
    """Move up to `BATCH` stats from the inbox into the archive and the sums, and remove as many old ones per period.

    Reports return the same before and after.

    Concurrent and late runs are safe: the second waits for the first, and the remainder waits for the next run.

    Returns:
        How many were added or removed; a small number means that little is left.
    """
    queries.lock_windows(tx)
    return _add_up(tx, BATCH)


def reopen_windows(tx: Tx) -> int:
    """Let windows that begin too late begin when they should, and count the stats again that had left them.

    Returns:
        0: nothing is left to do.
    """
    queries.lock_windows(tx)
    queries.reopen_windows(tx, _starts(tx))
    return 0


def roll_up_now(conn: Connection) -> None:
    """Roll up some stats in a transaction of its own, unless another rollup or a merge is running."""
    with transaction(conn) as tx:
        if len(queries.try_lock_windows(tx).fetchall()) == len(WINDOWS):
            _add_up(tx, LIMIT_BEHIND_COMMIT)


def _add_up(tx: Tx, limit: int) -> int:
    row = queries.roll_up(tx, _starts(tx), limit).fetchone()
    assert row is not None
    return row["moved"]


def _starts(tx: Tx) -> dict[str, datetime]:
    return {period: start_of(period, tx.now) for period in WINDOWS}
