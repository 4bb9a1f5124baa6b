"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from brandish.database import Tx
from brandish.voting import ballot_queries


def forget_expired(tx: Tx) -> None:
    """Delete voting weights that hold no longer. Ballots stay: a session's counts are the sum of them."""
    ballot_queries.delete_expired_weights(tx)
