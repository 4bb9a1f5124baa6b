"""SQL on voting_sessions, voting_options, unlock_progress and progression_resets. A session is a voting round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, LiteralString

from community.progression.queries import LEVELS, PACING
from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from community.voting.events import ProgressionReset
    from community.voting.models import UnlockProgress, VotingOption, VotingRound

# Votes are read as text, because JSON numbers would be parsed as floats.
SESSION: LiteralString = """
    SELECT jsonb_build_object(
        'session_id', s.session_id, 'status', s.status, 'started_at', s.started_at,
        'voting_deadline', s.voting_deadline, 'ended_at', s.ended_at, 'winning_option_id', s.winning_option_id,
        'poll_id', s.poll_id, 'world_id', s.world_id, 'world_name', s.world_name,
        'options', (
            SELECT jsonb_agg(jsonb_build_object(
                'option_id', o.option_id, 'node_key', coalesce(n.node_key, o.choice->>'key'),
                'target_level', o.target_level, 'label', o.choice->>'label', 'description', o.choice->>'description',
                'vote_count', o.vote_count, 'weighted_votes', o.weighted_votes::text,
                'last_highest_vote_at', o.last_highest_vote_at) ORDER BY o.position)
            FROM voting_options o LEFT JOIN progression_nodes n USING (node_id)
            WHERE o.session_id = s.session_id))
    FROM voting_sessions s
"""
_OF_THE_TREE: LiteralString = "s.poll_id IS NULL"
OPEN_SESSION: LiteralString = SESSION + "WHERE s.status <> 'completed' AND " + _OF_THE_TREE
LATEST_SESSION: LiteralString = (
    SESSION + "WHERE s.status = 'completed' AND " + _OF_THE_TREE + " ORDER BY s.session_id DESC LIMIT 1"
)
OPEN_POLL: LiteralString = SESSION + "WHERE s.status <> 'completed' AND s.poll_id IS NOT NULL"
_LATEST_POLL: LiteralString = " ORDER BY s.session_id DESC LIMIT 1"

VOTING_STATE: LiteralString = (
    """
    world.version,
    """
    + LEVELS
    + " AS levels, "
    + PACING
    + """ AS pacing,
    (SELECT coalesce(sum(points), 0)::bigint FROM contribution_shards) AS points,
    (SELECT jsonb_build_object(
        'progress_id', p.progress_id, 'node_key', n.node_key, 'target_level', p.target_level,
        'starts_at_points', p.starts_at_points, 'started_at', p.started_at, 'session_id', p.voting_session_id,
        'cost', CASE WHEN n.node_id IS NOT NULL THEN coalesce(p.cost, n.unlock_cost) END)
     FROM unlock_progress p LEFT JOIN progression_nodes n USING (node_id)
     WHERE p.unlocked_at IS NULL) AS progress,
    ("""
    + OPEN_SESSION
    + ") AS session, ("
    + LATEST_SESSION
    + """) AS latest,
    (SELECT coalesce(max(session_id), 0) FROM voting_sessions) AS last_session_id,
    (SELECT coalesce(max(option_id), 0) FROM voting_options) AS last_option_id,
    (SELECT coalesce(max(progress_id), 0) FROM unlock_progress) AS last_progress_id
"""
)
"""Consistent columns of a SELECT from `world`, for `row_parsing.voting_state`."""


def read_voting_state(tx: Tx, more: LiteralString = "", params: Sequence[Any] = ()) -> Cursor:
    """Return one row with the columns of `VOTING_STATE`.

    Args:
        more: further columns, each preceded by a comma.
    """
    return tx.execute("SELECT " + VOTING_STATE + more + " FROM world", params)


def lock_open_round(tx: Tx) -> None:
    """Wait for the ballots that have begun, and let no other begin, until this transaction ends.

    An advisory lock, because it is given in the order of asking: with row locks, voters who share one keep passing
    a transaction that wants it alone, and a crowd that keeps voting holds off a freeze until it is cancelled.
    """
    tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('open round', 0))")


def keep_round_open(tx: Tx) -> None:
    """Let the round neither end nor freeze before this transaction does. Ballots do not wait for each other here.

    It is a statement of its own, so that the next one sees what those who had the lock have committed.
    """
    tx.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('open round', 0))")


def read_open_rounds(tx: Tx, ended_since: datetime) -> Cursor:
    """Return one row with `session` and `poll`, for `row_parsing.voting_round`; null where there is none.

    Args:
        ended_since: a poll that ended later than that is returned, too.
    """
    return tx.execute(
        "SELECT ("
        + OPEN_SESSION
        + ") AS session, ("
        + SESSION
        + "WHERE s.poll_id IS NOT NULL AND (s.status <> 'completed' OR s.ended_at > %s)"
        + _LATEST_POLL
        + ") AS poll",
        (ended_since,),
    )


def read_polls(tx: Tx, poll_id: UUID | None = None) -> Cursor:
    """Return one row with `poll`, the latest one, for `row_parsing.voting_round`, and the highest numbers in use.

    Args:
        poll_id: `is_known` tells whether there was such a poll.
    """
    return tx.execute(
        "SELECT ("
        + SESSION
        + "WHERE s.poll_id IS NOT NULL"
        + _LATEST_POLL
        + """) AS poll, EXISTS (SELECT FROM voting_sessions WHERE poll_id = %s) AS is_known,
        (SELECT coalesce(max(session_id), 0) FROM voting_sessions) AS last_session_id,
        (SELECT coalesce(max(option_id), 0) FROM voting_options) AS last_option_id
        """,
        (poll_id,),
    )


def upsert_round(tx: Tx, voting_round: VotingRound) -> None:
    """Insert a round with its options, or update its status. Ballots are counted in `ballot_queries`."""
    poll = voting_round.poll
    tx.execute(
        """
        INSERT INTO voting_sessions (session_id, status, started_at, voting_deadline, ended_at, winning_option_id,
                                     poll_id, world_id, world_name)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (session_id) DO UPDATE
        SET status = excluded.status, ended_at = excluded.ended_at, winning_option_id = excluded.winning_option_id
        """,
        (
            voting_round.session_id,
            voting_round.status,
            voting_round.started_at,
            voting_round.voting_deadline,
            voting_round.ended_at,
            voting_round.winning_option_id,
            poll and poll.poll_id,
            poll and poll.world_id,
            poll and poll.world_name,
        ),
    )
    tx.execute(
        """
        INSERT INTO voting_options (option_id, session_id, position, node_id, target_level, choice)
        SELECT option_id, %s, position, node_id, target_level, choice::jsonb
        FROM unnest(%s::int[], %s::text[], %s::int[], %s::text[]) WITH ORDINALITY
             AS option (option_id, node_key, target_level, choice, position)
        LEFT JOIN progression_nodes n ON n.node_key = option.node_key AND choice IS NULL
        WHERE num_nulls(node_id, choice) = 1
        ON CONFLICT (option_id) DO NOTHING
        """,
        (
            voting_round.session_id,
            [option.option_id for option in voting_round.options],
            [option.node_key for option in voting_round.options],
            [option.target_level for option in voting_round.options],
            [_choice(option) if poll else None for option in voting_round.options],
        ),
    )


def _choice(option: VotingOption) -> str:
    return json.dumps({"key": option.node_key, "label": option.label, "description": option.description})


def renumber_round(tx: Tx, session_id: int, new_number: int | None) -> None:
    """Give a round a new number, which its options and ballots follow; or delete it with them."""
    if new_number is None:
        tx.execute("DELETE FROM voting_sessions WHERE session_id = %s", (session_id,))
    else:
        tx.execute("UPDATE voting_sessions SET session_id = %s WHERE session_id = %s", (new_number, session_id))


def delete_options(tx: Tx, option_ids: Sequence[int]) -> None:
    """Delete options with their ballots."""
    tx.execute("DELETE FROM voting_options WHERE option_id = ANY (%s)", (list(option_ids),))


def upsert_progress(tx: Tx, progress: UnlockProgress) -> None:
    tx.execute(
        """
        INSERT INTO unlock_progress (progress_id, node_id, target_level, starts_at_points, started_at, unlocked_at,
                                     voting_session_id, cost)
        VALUES (%s, (SELECT node_id FROM progression_nodes WHERE node_key = %s), %s, %s, %s, %s, %s, %s)
        ON CONFLICT (progress_id) DO UPDATE
        SET node_id = excluded.node_id, target_level = excluded.target_level,
            starts_at_points = excluded.starts_at_points, started_at = excluded.started_at,
            unlocked_at = excluded.unlocked_at, voting_session_id = excluded.voting_session_id,
            cost = excluded.cost
        """,
        (
            progress.progress_id,
            progress.node_key,
            progress.target_level,
            progress.starts_at_points,
            progress.started_at,
            progress.unlocked_at,
            progress.session_id,
            progress.cost,
        ),
    )


def count_for_reset(tx: Tx) -> Cursor:
    """Return one row with the numbers of everything that a reset deletes."""
    return tx.execute(
        """
        SELECT (SELECT count(*) FROM progression_unlocks) AS unlocks,
               (SELECT count(*) FROM voting_sessions WHERE poll_id IS NULL) AS sessions,
               (SELECT count(*) FROM ballots JOIN voting_sessions USING (session_id) WHERE poll_id IS NULL) AS ballots,
               (SELECT coalesce(sum(points), 0) FROM contribution_shards)::bigint
               - (SELECT coalesce(sum(contributions), 0) FROM progression_resets)::bigint AS contributions
        """
    )


def insert_reset(tx: Tx, reset: ProgressionReset) -> None:
    tx.execute(
        """
        INSERT INTO progression_resets (reset_by, reason, preserved, unlocks, sessions, ballots, contributions,
                                        reset_at)
        VALUES (%(reset_by)s, %(reason)s, %(preserve_user_progression)s, %(unlocks)s, %(sessions)s, %(ballots)s,
                %(contributions)s, %(now)s)
        """,
        {**reset.model_dump(), "now": tx.now},
    )


def delete_cycles(tx: Tx) -> None:
    """Delete all progress, and all rounds with their options and ballots; polls are not about the tree."""
    tx.execute("DELETE FROM unlock_progress")
    tx.execute("DELETE FROM voting_sessions WHERE poll_id IS NULL")


def find_option(tx: Tx, option_id: int) -> Cursor:
    """Return one row with the option's round, `node_id` and `created_at` of its node, and `pacing`."""
    return tx.execute(
        "SELECT session_id, node_id, created_at, "
        + PACING
        + """ AS pacing
        FROM world CROSS JOIN voting_options JOIN progression_nodes USING (node_id)
        WHERE option_id = %s
        """,
        (option_id,),
    )
