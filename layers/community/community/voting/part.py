"""How ballots and voting weights follow when two players are merged."""

from __future__ import annotations

from uuid import UUID

from community.players.part import Limit, Rows
from community.voting import ballot_queries as queries
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move ballots and weights; of two ballots in one round, only the first counts."""
    queries.delete_duplicate_ballots(tx, from_id, to_id)
    queries.move_ballots(tx, from_id, to_id)
    queries.move_weights(tx, from_id, to_id)


_LIMIT = Limit(
    queries.REMEMBERED_WEIGHTS,
    """
    (SELECT jsonb_agg(jsonb_build_object('voting_weight', voting_weight, 'expires_at', expires_at))
     FROM (SELECT voting_weight, expires_at FROM voting_weights w
           WHERE w.user_id = u.user_id AND (w.expires_at IS NULL OR w.expires_at > %(now)s)
           ORDER BY w.weight_id DESC LIMIT 1) AS current
     WHERE voting_weight < 1)
    """,
    """
    INSERT INTO voting_weights (user_id, voting_weight, created_at, expires_at)
    SELECT %(user_id)s, lowered.voting_weight, now(), lowered.expires_at
    FROM kept, jsonb_to_record(entry) AS lowered (voting_weight numeric, expires_at timestamptz)
    WHERE lowered.voting_weight < coalesce(
        (SELECT w.voting_weight FROM voting_weights w
         WHERE w.user_id = %(user_id)s AND (w.expires_at IS NULL OR w.expires_at > now())
         ORDER BY w.weight_id DESC LIMIT 1), 1)
    ORDER BY lowered.voting_weight LIMIT 1
    """,
)

BALLOTS = Rows(("ballots", "voting_weights"), move, limit=_LIMIT)
