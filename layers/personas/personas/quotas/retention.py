"""What the daily retention deletes of quotas."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from personas.quotas import queries

KEPT: Final = timedelta(days=90)


def delete_old(tx: Tx) -> bool:
    """Delete what was used long ago, the log of it, and what is no longer held."""
    return any(
        [
            queries.delete_old_usage(tx, (tx.now - KEPT).date()),
            queries.delete_old_events(tx, tx.now - KEPT),
            queries.delete_all_expired_leases(tx),
        ]
    )
