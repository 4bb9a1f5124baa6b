"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.messages import queries
from kernel.database import Tx

RETENTION = timedelta(days=1)
"""The longest period for which active chatters can be listed."""


def delete_inactive_chatters(tx: Tx) -> bool:
    """Delete chatters who have not written within the retention period."""
    return queries.delete_chatters_silent_since(tx, tx.now - RETENTION)
