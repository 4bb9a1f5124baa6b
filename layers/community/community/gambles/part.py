"""How gambles follow when two players are merged."""

from __future__ import annotations

from uuid import UUID

from community.gambles import queries
from community.players.part import Rows
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move a player's gambles; in a gamble of both, the stakes add up. Call `merging.lock_active_gamble` first."""
    queries.move_gambles(tx, from_id, to_id)
    queries.move_participants(tx, from_id, to_id)


GAMBLES = Rows(("gamble_opened_items", "gamble_participants", "gambles"), move)
