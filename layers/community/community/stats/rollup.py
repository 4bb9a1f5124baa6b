"""Adding the inbox up. Source: rules 15."""

from __future__ import annotations

from community.stats import queries
from community.stats.models import Period
from community.stats.rules import start_of
from kernel.database import Tx

BATCH = 5_000
WINDOWS: tuple[Period, ...] = ("daily", "weekly", "monthly", "yearly")


def roll_up(tx: Tx) -> int:
    """Move up to `BATCH` stats from the inbox into the archive and the sums, and let as many that have become too
    old go from the sums of each period. Reports answer the same before and after.

    Safe to run twice at once, and late: the second waits for the first, and what is left waits for the next.

    Returns:
        How many moved, in or out; few when there is little left.
    """
    queries.lock_windows(tx)
    row = queries.roll_up(tx, {period: start_of(period, tx.now) for period in WINDOWS}, BATCH).fetchone()
    assert row is not None
    return row["moved"]
