"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.gambles import queries
from kernel.database import Tx

RETENTION = timedelta(days=90)


def delete_old_gambles(tx: Tx) -> bool:
    """Delete gambles that ended before the retention period, with their participants and items."""
    return queries.delete_executed_before(tx, tx.now - RETENTION)
