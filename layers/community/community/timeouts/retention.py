"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from community.timeouts import queries
from kernel.database import Tx


def delete_expired(tx: Tx) -> None:
    """Delete expired timeouts."""
    queries.delete_expired(tx)
