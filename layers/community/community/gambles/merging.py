"""Locking gambles before two players are merged."""

from __future__ import annotations

from community.gambles import queries
from kernel.database import Tx


def lock_active_gamble(tx: Tx) -> None:
    """Lock the active gamble before the players, because a merge may change its rows."""
    queries.lock_alone(tx)
