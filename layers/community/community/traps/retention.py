"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.traps import queries
from kernel.database import Tx

RETENTION = timedelta(days=10)
"""The same as the retention of the log."""


def delete_triggered(tx: Tx) -> bool:
    """Delete traps that were triggered before the retention period. Waiting traps are never deleted."""
    return queries.delete_triggered_before(tx, tx.now - RETENTION)
