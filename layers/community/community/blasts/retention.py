"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta

from community.blasts import queries
from kernel.database import Tx

EXPIRES_AFTER = timedelta(days=1)
"""Chatters are deleted after the same time; until then, no other blast can be armed on that platform."""


def delete_expired(tx: Tx) -> bool:
    """Delete blasts that never had enough chatters."""
    return queries.delete_armed_before(tx, tx.now - EXPIRES_AFTER)
