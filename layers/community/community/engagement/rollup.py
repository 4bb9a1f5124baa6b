"""What a clock calls: the inbox is added up, so that it stays small."""

from __future__ import annotations

from community.engagement import queries
from kernel.database import Tx

BATCH = 20_000


def roll_up(tx: Tx) -> int:
    """Move the oldest entries of the inbox into the sums: into players' totals and scores, and into the days.

    Safe to run twice at once: the second waits for the first. In a transaction of its own, for all others who
    write the sums wait meanwhile.

    Returns:
        How many entries moved; with `BATCH` of them, more may be waiting.
    """
    queries.lock_sums(tx)
    row = queries.add_up_inbox(tx, BATCH).fetchone()
    assert row is not None
    if row["moved"]:
        queries.upsert_scores(tx, row["user_ids"])
    return row["moved"]
