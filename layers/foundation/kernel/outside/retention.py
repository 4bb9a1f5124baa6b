"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from kernel.database import Tx
from kernel.outside import queries

DAYS_KEPT = 7
USAGE_DAYS_KEPT = 100


def delete_expired(tx: Tx) -> bool:
    """Delete requests that ended more than a week ago, and old usage."""
    return any(
        [
            queries.delete_finished_before(tx, tx.now - timedelta(days=DAYS_KEPT)),
            queries.delete_usage_before(tx, tx.now.date() - timedelta(days=USAGE_DAYS_KEPT)),
        ]
    )
