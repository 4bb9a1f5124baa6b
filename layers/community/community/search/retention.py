"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from community.search import queries
from kernel.database import Tx


def delete_expired(tx: Tx) -> None:
    """Delete searches that no longer make the next ones less lucky."""
    queries.delete_old(tx)
