"""The rollup of the inbox into sums. Source: rules 15."""

from __future__ import annotations

from typing import LiteralString

from community.stats import queries
from community.stats.models import Period
from community.stats.rules import start_of
from kernel.database import Tx

DUE: LiteralString = queries.ROLLUP_DUE

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
    row = queries.roll_up(tx, {period: start_of(period, tx.now) for period in WINDOWS}, BATCH).fetchone()
    assert row is not None
    return row["moved"]
