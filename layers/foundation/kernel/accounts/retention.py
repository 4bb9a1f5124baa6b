"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from kernel.accounts import queries
from kernel.database import Tx

RETENTION = timedelta(days=1)


def delete_expired(tx: Tx) -> bool:
    """Delete sessions, links for forgotten passwords, wrong passwords and rate windows a day after their end."""
    before = tx.now - RETENTION
    return any(
        [
            queries.delete_sessions_before(tx, before),
            queries.delete_resets_before(tx, before),
            queries.delete_tries_before(tx, before),
            queries.delete_rate_windows_before(tx, before),
        ]
    )
