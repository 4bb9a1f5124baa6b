"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.traps import queries
from kernel.database import Tx

RETENTION = timedelta(days=10)
"""As long as the log, which tells the same story."""


def delete_triggered(tx: Tx) -> None:
    """Delete what went off so long ago. A trap that waits, waits."""
    queries.delete_triggered_before(tx, tx.now - RETENTION)
