"""What becomes of gambles when two players become one."""

from __future__ import annotations

from community.gambles import queries
from kernel.database import Tx


def lock_active_gamble(tx: Tx) -> None:
    """Ahead of the players' locks: the active gamble's row may have to be changed."""
    queries.lock_active(tx)
