"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.jobs import queries
from kernel.database import Tx

RETENTION = timedelta(days=367)


def delete_old(tx: Tx) -> bool:
    """Delete the records of experience earned more than a year ago; the players keep the experience."""
    return queries.delete_xp_events_before(tx, tx.now - RETENTION)
