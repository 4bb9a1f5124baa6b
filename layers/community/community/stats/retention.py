"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.stats import queries
from kernel.database import Tx

RETENTION = timedelta(days=367)
"""A day more than the longest period that reports look at one by one; totals of all time are kept as sums."""


def delete_old(tx: Tx) -> bool:
    """Delete archived stats that no report of a period includes any more."""
    return queries.delete_stats_before(tx, tx.now - RETENTION)
