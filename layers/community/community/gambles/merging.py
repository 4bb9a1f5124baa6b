"""What becomes of gambles when two players become one."""

from __future__ import annotations

from uuid import UUID

from community.gambles import queries
from kernel.database import Tx


def hold(tx: Tx) -> None:
    """Ahead of the players' locks: the active gamble's row may have to be changed."""
    queries.lock_active(tx)


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Queue that all gambles of one player are another's; in one that both play, they have both stakes."""
    queries.move_gambles(tx, from_id, to_id)
    queries.move_participants(tx, from_id, to_id)
