"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from community.voting import ballot_queries
from kernel.database import Tx


def delete_expired(tx: Tx) -> None:
    """Delete voting weights that hold no longer. Ballots stay: a session's counts are the sum of them."""
    ballot_queries.delete_expired_weights(tx)
