"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.linking import queries
from kernel.database import Tx

RETENTION = timedelta(hours=1)


def delete_expired(tx: Tx) -> None:
    """Delete codes and unlink requests an hour after their expiry. Source: rules 1.1."""
    queries.delete_tokens_expired_before(tx, tx.now - RETENTION)
    queries.delete_unlink_requests_expired_before(tx, tx.now - RETENTION)
