"""The clock's rollup of the inbox into sums, which keeps the inbox small."""

from __future__ import annotations

from typing import LiteralString

from community.engagement import queries
from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM engagement_inbox)"
"""SQL expression: whether there is something to add up."""

BATCH = 20_000


def roll_up(tx: Tx) -> int:
    """Move the oldest entries of the inbox into players' totals and scores, and into the sums per day.

    Concurrent runs are safe: the second waits for the first. It needs a transaction of its own, because all other
    writers of the sums wait for it.

    Returns:
        How many entries were moved; if it is `BATCH`, more may be waiting.
    """
    queries.lock_sums(tx)
    row = queries.add_up_inbox(tx, BATCH).fetchone()
    assert row is not None
    if row["moved"]:
        queries.upsert_scores(tx, row["user_ids"])
    return row["moved"]
