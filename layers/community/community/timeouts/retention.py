"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from community.timeouts import queries
from kernel.database import Tx


def delete_expired(tx: Tx) -> bool:
    """Delete expired timeouts."""
    return queries.delete_expired(tx)
