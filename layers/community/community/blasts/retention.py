"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.blasts import queries
from kernel.database import Tx

EXPIRES_AFTER = timedelta(days=1)
"""Whoever had spoken by then is forgotten, too; and nobody else could light a fuse there."""


def delete_expired(tx: Tx) -> None:
    """Delete blasts for which there were never enough chatters."""
    queries.delete_armed_before(tx, tx.now - EXPIRES_AFTER)
