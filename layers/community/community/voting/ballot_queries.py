"""SQL on ballots and voting_weights, and on the counts of voting_options."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from community.players.selves import SELVES
from kernel.database import Tx
from kernel.retention import delete_part

# OFFSET 0 keeps it a look-up for each self: a plan made for a few ballots would read all of the round for each voter.
OWN_BALLOTS: LiteralString = (
    """
    SELECT array_agg(b.option_id ORDER BY b.cast_at)
    FROM voting_sessions s
    CROSS JOIN unnest("""
    + SELVES
    + """) AS self (user_id)
    CROSS JOIN LATERAL (
        SELECT option_id, cast_at FROM ballots
        WHERE session_id = s.session_id AND user_id = self.user_id OFFSET 0
    ) AS b
    WHERE s.status <> 'completed'
    """
)
"""SQL expression over `u`, a row of users: the options that the person has voted for in the open rounds."""

OWN_WEIGHT: LiteralString = """
    SELECT w.voting_weight FROM voting_weights w
    WHERE w.user_id = u.user_id AND (w.expires_at IS NULL OR w.expires_at > %s)
    ORDER BY w.weight_id DESC LIMIT 1
"""
"""SQL expression over `u`, a row of users: the latest valid weight. Its parameter is the current time."""

REMEMBERED_WEIGHTS: LiteralString = "voting_weights"
"""The limit's name, with which a lowered weight is remembered of accounts that do not play."""


def insert_ballot(tx: Tx, session_id: int, user_id: UUID, option_id: int, weight: Decimal) -> None:
    """Insert a ballot, and lock the counts of its round until COMMIT, so that one ballot is counted after the other."""
    tx.execute(
        """
        INSERT INTO ballots (session_id, user_id, option_id, weight, cast_at)
        SELECT %(session_id)s, %(user_id)s, %(option_id)s, %(weight)s, %(now)s
        FROM (SELECT count(*) FROM (SELECT FROM voting_options WHERE session_id = %(session_id)s
                                    ORDER BY option_id FOR NO KEY UPDATE) AS locked) AS counts
        """,
        {"session_id": session_id, "user_id": user_id, "option_id": option_id, "weight": weight, "now": tx.now},
    )


COUNT_BALLOT: LiteralString = """
    UPDATE voting_options o
    SET vote_count = o.vote_count + 1,
        weighted_votes = o.weighted_votes + %s,
        last_highest_vote_at =
            CASE WHEN o.weighted_votes + %s >= best.votes THEN greatest(%s, best.led_at + interval '1 microsecond')
                 ELSE o.last_highest_vote_at END
    FROM (SELECT max(weighted_votes) AS votes, max(last_highest_vote_at) AS led_at
          FROM voting_options WHERE session_id = %s) AS best
    WHERE o.option_id = %s
    RETURNING jsonb_build_object('vote_count', o.vote_count, 'weighted_votes', o.weighted_votes::float8)
"""
"""Counts a ballot like `rules.count_ballot`, after `insert_ballot`, for `announce_if`.

Its parameters are the ballot's weight twice, the current time, the round and the option."""


def delete_duplicate_ballots(tx: Tx, one: UUID, other: UUID) -> None:
    """Delete the later of two ballots of the players in the same round, and subtract it from the counts."""
    tx.execute(
        """
        WITH second AS (
            DELETE FROM ballots b USING ballots first
            WHERE b.session_id = first.session_id
              AND (b.user_id, first.user_id) IN ((%(one)s, %(other)s), (%(other)s, %(one)s))
              AND (b.cast_at, b.user_id) > (first.cast_at, first.user_id)
            RETURNING b.option_id, b.weight
        )
        UPDATE voting_options o
        SET vote_count = o.vote_count - 1, weighted_votes = o.weighted_votes - second.weight
        FROM second WHERE o.option_id = second.option_id
        """,
        {"one": one, "other": other},
    )


def move_ballots(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE ballots SET user_id = %s WHERE user_id = %s", (to_id, from_id))


def insert_weight(tx: Tx, user_id: UUID, voting_weight: Decimal, reason: str, expires_at: datetime | None) -> None:
    tx.execute(
        """
        INSERT INTO voting_weights (user_id, voting_weight, reason, created_at, expires_at)
        VALUES (%s, %s, %s, %s, %s)
        """,
        (user_id, voting_weight, reason, tx.now, expires_at),
    )


def delete_weights(tx: Tx, user_id: UUID) -> None:
    tx.execute("DELETE FROM voting_weights WHERE user_id = %s", (user_id,))


def delete_lowered_elsewhere(tx: Tx, user_id: UUID) -> None:
    """Delete the lowered weights of the person's other players, who would give them back to this one."""
    tx.execute(
        "DELETE FROM voting_weights w USING users u"
        " WHERE u.user_id = %(user_id)s AND w.user_id = ANY ("
        + SELVES
        + ") AND w.user_id <> %(user_id)s AND w.voting_weight < 1",
        {"user_id": user_id},
    )


def move_weights(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move weights; a lowered one counts before others, and of two the lower one.

    A lowered one that is moved is dated now, as the link is that moves it: see `delete_weights_that_came`.
    """
    tx.execute(
        """
        WITH current AS (
            SELECT DISTINCT ON (user_id) user_id, voting_weight FROM voting_weights
            WHERE user_id IN (%(from_id)s, %(to_id)s) AND (expires_at IS NULL OR expires_at > %(now)s)
            ORDER BY user_id, weight_id DESC
        ), lowered AS (
            DELETE FROM voting_weights w USING current
            WHERE w.user_id = current.user_id AND current.voting_weight < 1 AND w.voting_weight < 1
            RETURNING w.*, current.voting_weight AS current_weight
        )
        INSERT INTO voting_weights (user_id, voting_weight, reason, created_at, expires_at)
        SELECT %(to_id)s, voting_weight, reason,
               CASE WHEN user_id = %(to_id)s THEN created_at ELSE %(now)s END, expires_at
        FROM lowered ORDER BY current_weight DESC, user_id, weight_id
        """,
        {"from_id": from_id, "to_id": to_id, "now": tx.now},
    )
    tx.execute("UPDATE voting_weights SET user_id = %s WHERE user_id = %s", (to_id, from_id))


def delete_weights_that_came(tx: Tx, user_id: UUID, linked_at: datetime) -> None:
    """Delete the lowered weights that a player has only from accounts that a code brought at that moment.

    The person's other players may have got copies of them since.
    """
    tx.execute(
        "DELETE FROM voting_weights w USING users u WHERE u.user_id = %s AND w.user_id = ANY ("
        + SELVES
        + ") AND w.created_at = %s AND w.voting_weight < 1",
        (user_id, linked_at),
    )


def delete_expired_weights(tx: Tx) -> bool:
    return delete_part(tx, "voting_weights", "expires_at <= %(now)s", {"now": tx.now})
