"""The clock's chore for the pusher: waking one that was not woken, also to close connections of ended sessions.

It imports little: the clock starts quickly.
"""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx
from worlds.posts import queries

OVERDUE: LiteralString = queries.PUSHER_OVERDUE


def wake_pusher(tx: Tx) -> int:
    """Wake the pusher once this transaction has committed; returns 0, because that is all there is to do."""
    from worlds.posts.service import ensure_awake  # hardly ever needed

    queries.close_signed_out(tx)
    ensure_awake(tx)
    return 0
