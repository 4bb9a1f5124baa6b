"""The rollup of the inbox into sums, which keeps the inbox small: by the clock, and by actions in between."""

from __future__ import annotations

from datetime import timedelta
from typing import LiteralString

from community.engagement import queries
from community.inboxes import LIMIT_BEHIND_COMMIT
from kernel.database import Connection, Tx, transaction

DUE: LiteralString = "EXISTS (SELECT FROM engagement_inbox)"
"""SQL expression: whether there is something to add up."""

BATCH = 20_000
OPEN_DAYS = timedelta(days=30)
"""Days that are still summed one by one. Older ones are summed once."""


def roll_up(tx: Tx) -> int:
    """Move the oldest entries of the inbox into players' totals and scores, and into the sums per day.

    Concurrent runs are safe: the second waits for the first. It needs a transaction of its own, because all other
    writers of the sums wait for it.

    Returns:
        How many entries were moved; if it is `BATCH`, more may be waiting.
    """
    queries.lock_sums(tx)
    return _add_up(tx, BATCH)


def roll_up_now(conn: Connection) -> None:
    """Roll up some entries in a transaction of its own, unless another rollup or a merge is running."""
    with transaction(conn) as tx:
        if queries.try_lock_sums(tx).fetchone() is not None:
            _add_up(tx, LIMIT_BEHIND_COMMIT)


def _add_up(tx: Tx, limit: int) -> int:
    queries.close_days(tx, tx.now.date() - OPEN_DAYS)
    row = queries.add_up_inbox(tx, limit).fetchone()
    assert row is not None
    if row["moved"]:
        queries.upsert_scores(tx, row["user_ids"])
    return row["moved"]
