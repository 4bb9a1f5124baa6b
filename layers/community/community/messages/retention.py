"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.messages import queries
from kernel.database import Tx

RETENTION = timedelta(days=1)
"""As far back as anybody may ask who was active."""


def delete_inactive_chatters(tx: Tx) -> None:
    """Delete who has not said anything for so long."""
    queries.delete_chatters_silent_since(tx, tx.now - RETENTION)
