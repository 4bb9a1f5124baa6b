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
    (SELECT jsonb_agg(to_jsonb(current))
     FROM (SELECT voting_weight, created_at, expires_at FROM voting_weights w
           WHERE w.user_id = u.user_id AND (w.expires_at IS NULL OR w.expires_at > %(now)s)
           ORDER BY w.weight_id DESC LIMIT 1) AS current
     WHERE voting_weight < 1)
    """,
    """
    , lowered AS (
        SELECT given.* FROM kept,
            jsonb_to_record(entry) AS given (voting_weight numeric, created_at timestamptz, expires_at timestamptz)
        ORDER BY voting_weight LIMIT 1
    ), current AS (
        SELECT * FROM voting_weights WHERE user_id = %(user_id)s AND (expires_at IS NULL OR expires_at > %(now)s)
        ORDER BY weight_id DESC LIMIT 1
    ), missing AS (
        SELECT * FROM lowered WHERE voting_weight < coalesce((SELECT voting_weight FROM current), 1) OR NOT EXISTS (
            SELECT FROM voting_weights w WHERE w.user_id = %(user_id)s AND w.voting_weight = lowered.voting_weight
            AND w.expires_at IS NOT DISTINCT FROM lowered.expires_at)
    ), lower AS (
        DELETE FROM voting_weights w USING current, missing
        WHERE w.weight_id = current.weight_id AND current.voting_weight <= missing.voting_weight
        RETURNING w.*
    )
    INSERT INTO voting_weights (user_id, voting_weight, reason, created_at, expires_at)
    SELECT %(user_id)s, voting_weight, reason, created_at, expires_at FROM (
        SELECT 1 AS place, voting_weight, '' AS reason,
               coalesce(%(linked_at)s::timestamptz, created_at, 'epoch') AS created_at, expires_at
        FROM missing
        UNION ALL SELECT 2, voting_weight, reason, created_at, expires_at FROM lower) AS given
    ORDER BY place
    """,
)

BALLOTS = Rows(("ballots", "voting_weights"), move, link_undone=queries.delete_weights_that_came, limit=_LIMIT)
