"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from community.search import queries
from kernel.database import Tx


def delete_expired(tx: Tx) -> bool:
    """Delete searches that no longer make the next ones less lucky."""
    return queries.delete_old(tx)
