"""What becomes of gambles when two players become one."""

from __future__ import annotations

from uuid import UUID

from community.gambles import queries
from community.players.part import Rows
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """In a gamble that both play, one of them has both stakes. `merging.lock_active_gamble` comes ahead of it."""
    queries.move_gambles(tx, from_id, to_id)
    queries.move_participants(tx, from_id, to_id)


GAMBLES = Rows(("gamble_opened_items", "gamble_participants", "gambles"), move)
