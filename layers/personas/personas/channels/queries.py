"""SQL on personas.channel_battles and channel_votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx, declare_race

if TYPE_CHECKING:  # the clock starts without pydantic
    from personas.battles.models import Side

declare_race("channel_battles_one_at_a_time")

_VOTE_OVER: LiteralString = "b.updated_at + c.vote_seconds * interval '1 second' <= %s"
"""Of `b`, a battle that is over, and `c`, its channel: nothing changes a battle that is over. Its parameter is now."""

DUE: LiteralString = (
    """
    EXISTS (
        SELECT FROM personas.channel_battles AS c JOIN personas.battles AS b USING (post_id)
        WHERE c.closed_at IS NULL AND (b.status = 'FAILED' OR b.status IN ('COMPLETED', 'HALTED') AND
    """
    + _VOTE_OVER
    + "))"
)
"""SQL expression: whether a vote is over and not counted. Its parameter is the current time."""


def find_open(tx: Tx, channel_id: str) -> Cursor:
    """Return a row if the channel watches a battle."""
    return tx.execute(
        "SELECT post_id FROM personas.channel_battles WHERE channel_id = %s AND closed_at IS NULL", (channel_id,)
    )


def insert(tx: Tx, battle_id: UUID, channel_id: str, public_url: str, vote_seconds: int) -> None:
    tx.execute(
        """
        INSERT INTO personas.channel_battles (post_id, channel_id, public_url, vote_seconds, created_at)
        VALUES (%s, %s, %s, %s, %s)
        """,
        (battle_id, channel_id, public_url, vote_seconds, tx.now),
    )


def upsert_vote(tx: Tx, battle_id: UUID, voter_id: str, side: Side) -> Cursor:
    """Vote, or vote for the other side; returns `name` and `ends_at` if the vote is open.

    The shared lock makes the count of the votes wait for this one, and lets this one see that they were counted.
    """
    return tx.execute(
        """
        WITH open AS (
            SELECT c.post_id, CASE WHEN %(side)s = 'PRO' THEN b.pro_name ELSE b.con_name END AS name,
                   b.updated_at + c.vote_seconds * interval '1 second' AS ends_at
            FROM personas.channel_battles AS c JOIN personas.battles AS b USING (post_id)
            WHERE c.post_id = %(battle_id)s AND c.closed_at IS NULL AND b.status IN ('COMPLETED', 'HALTED')
              AND b.updated_at + c.vote_seconds * interval '1 second' > %(now)s
            FOR SHARE OF c
        ), voted AS (
            INSERT INTO personas.channel_votes (post_id, voter_id, side, voted_at)
            SELECT post_id, %(voter_id)s, %(side)s, %(now)s FROM open
            ON CONFLICT (post_id, voter_id) DO UPDATE SET side = excluded.side, voted_at = excluded.voted_at
        )
        SELECT name, ends_at FROM open
        """,
        {"battle_id": battle_id, "voter_id": voter_id, "side": side, "now": tx.now},
    )


def lock_due(tx: Tx, limit: int) -> Cursor:
    """Lock battles whose vote is over; return what is told of them, and whether that `is_hidden`."""
    return tx.execute(
        """
        SELECT c.post_id AS battle_id, c.channel_id, c.public_url, b.status, b.topic, b.pro_name, b.con_name, b.verdict,
               p.hidden_at IS NOT NULL AS is_hidden
        FROM personas.channel_battles AS c
        JOIN personas.battles AS b USING (post_id) JOIN personas.posts AS p USING (post_id)
        WHERE c.closed_at IS NULL AND (b.status = 'FAILED' OR b.status IN ('COMPLETED', 'HALTED') AND
        """
        + _VOTE_OVER
        + """)
        ORDER BY c.post_id LIMIT %s
        FOR NO KEY UPDATE OF c SKIP LOCKED
        """,
        (tx.now, limit),
    )


def take_votes(tx: Tx, battle_ids: list[UUID]) -> Cursor:
    """Delete the votes on these battles; return rows of `battle_id, pro_votes, con_votes`, for those with any."""
    return tx.execute(
        """
        WITH taken AS (DELETE FROM personas.channel_votes WHERE post_id = ANY(%s) RETURNING post_id, side)
        SELECT post_id AS battle_id, count(*) FILTER (WHERE side = 'PRO') AS pro_votes,
               count(*) FILTER (WHERE side = 'CON') AS con_votes
        FROM taken GROUP BY post_id
        """,
        (battle_ids,),
    )


def close(tx: Tx, battle_id: UUID, pro_votes: int, con_votes: int) -> None:
    tx.execute(
        "UPDATE personas.channel_battles SET closed_at = %s, pro_votes = %s, con_votes = %s WHERE post_id = %s",
        (tx.now, pro_votes, con_votes, battle_id),
    )
