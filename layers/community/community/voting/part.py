"""How ballots and voting weights follow when two players are merged."""

from __future__ import annotations

from uuid import UUID

from community.players.part import Rows
from community.voting import ballot_queries as queries
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move ballots and weights; of two ballots in one round, only the first counts."""
    queries.delete_duplicate_ballots(tx, from_id, to_id)
    queries.move_ballots(tx, from_id, to_id)
    queries.move_weights(tx, from_id, to_id)


BALLOTS = Rows(("ballots", "voting_weights"), move)
