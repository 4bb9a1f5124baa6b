"""What becomes of ballots and their weights when two players become one."""

from __future__ import annotations

from uuid import UUID

from community.players.part import Rows
from community.voting import ballot_queries as queries
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Of two ballots in one session, only the first one counts."""
    queries.delete_duplicate_ballots(tx, from_id, to_id)
    queries.move_ballots(tx, from_id, to_id)
    queries.move_weights(tx, from_id, to_id)


BALLOTS = Rows(("ballots", "voting_weights"), move)
