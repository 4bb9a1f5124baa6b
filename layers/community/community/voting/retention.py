"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from community.voting import ballot_queries
from kernel.database import Tx


def delete_expired(tx: Tx) -> bool:
    """Delete expired voting weights. Ballots stay, because a round's counts are their sums."""
    return ballot_queries.delete_expired_weights(tx)
