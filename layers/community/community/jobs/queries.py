"""SQL on user_jobs, job_xp_events and daily_reset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from community.players.locks import lock_players_with
from kernel.database import Cursor, Tx
from kernel.retention import PART, was_full

if TYPE_CHECKING:  # the daily clock starts without the content and pydantic
    from community.jobs.models import JobProgress, XpEvent


JOBS_OF_PLAYER: LiteralString = """
    SELECT json_object_agg(j.job_key, json_build_array(j.xp, j.level, j.daily_xp, j.daily_xp_on))
    FROM user_jobs j WHERE j.user_id = u.user_id
"""
"""SQL expression over `u`, a row of users."""


def upsert_jobs(tx: Tx, user_id: UUID, jobs: Mapping[str, JobProgress]) -> None:
    tx.insert(
        "INSERT INTO user_jobs (user_id, job_key, xp, level, daily_xp, daily_xp_on)",
        [(user_id, key, each.xp, each.level, each.daily_xp, each.daily_xp_on) for key, each in jobs.items()],
        """
        ON CONFLICT (user_id, job_key) DO UPDATE
        SET xp = excluded.xp, level = excluded.level, daily_xp = excluded.daily_xp, daily_xp_on = excluded.daily_xp_on
        """,
    )


def insert_xp_events(tx: Tx, user_id: UUID, xp_events: Sequence[XpEvent]) -> None:
    tx.insert(
        "INSERT INTO job_xp_events (user_id, job_key, xp, source, metadata, earned_at)",
        [
            (user_id, each.job_key, each.xp, each.source, Jsonb(each.metadata) if each.metadata else None, tx.now)
            for each in xp_events
        ],
    )


def delete_xp_events_before(tx: Tx, moment: datetime) -> bool:
    """Delete what is older among the first rows by their key, whose order is nearly that of time."""
    deleted = tx.execute(
        """
        DELETE FROM job_xp_events
        WHERE xp_event_id = ANY(ARRAY(SELECT xp_event_id FROM job_xp_events ORDER BY xp_event_id LIMIT %(part)s))
            AND earned_at < %(moment)s
        RETURNING 1
        """,
        {"moment": moment, "part": PART},
    )
    return was_full(deleted)


def move_xp_events(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE job_xp_events SET user_id = %s WHERE user_id = %s", (to_id, from_id))


def list_job_keys(tx: Tx) -> Cursor:
    """Return rows with `job_key`: the jobs in which any player has experience."""
    return tx.execute("SELECT DISTINCT job_key FROM user_jobs ORDER BY job_key")


def lock_players_in_job(tx: Tx, job_key: str) -> None:
    """Lock the players with experience in the job, so that no action saves what it loaded before."""
    lock_players_with(tx, "user_jobs", "job_key", job_key)


def rename_job(tx: Tx, old_key: str, new_key: str) -> None:
    """Move experience to another key, with its history. What a player has under both adds up."""
    tx.execute(
        """
        WITH moved AS (DELETE FROM user_jobs WHERE job_key = %(old)s RETURNING *)
        INSERT INTO user_jobs AS kept (user_id, job_key, xp, level, daily_xp, daily_xp_on)
        SELECT user_id, %(new)s, xp, level, daily_xp, daily_xp_on FROM moved
        ON CONFLICT (user_id, job_key) DO UPDATE
        SET xp = kept.xp + excluded.xp,
            level = greatest(kept.level, excluded.level),
            daily_xp = CASE WHEN kept.daily_xp_on >= excluded.daily_xp_on THEN kept.daily_xp ELSE 0 END
                     + CASE WHEN excluded.daily_xp_on >= kept.daily_xp_on THEN excluded.daily_xp ELSE 0 END,
            daily_xp_on = greatest(kept.daily_xp_on, excluded.daily_xp_on)
        """,
        {"old": old_key, "new": new_key},
    )
    tx.execute("UPDATE job_xp_events SET job_key = %s WHERE job_key = %s", (new_key, old_key))


def lock_all_players(tx: Tx) -> None:
    """Lock all players, so that no action saves what it loaded before. Counts them instead of returning the rows."""
    tx.execute("SELECT count(*) FROM (SELECT FROM users ORDER BY user_id FOR NO KEY UPDATE) AS locked")


def delete_all_jobs(tx: Tx) -> None:
    tx.execute("DELETE FROM user_jobs")


DAILY_RESET_DUE: LiteralString = """
    EXISTS (SELECT FROM daily_reset
            WHERE last_reset_at IS NULL
               OR last_reset_at < date_trunc('day', %s + interval '7 hours', 'UTC') - interval '7 hours')
"""
"""SQL expression: whether a game day has begun since the last reset (as `days.day_start`).

Its parameter is the current time."""


def claim_daily_reset(tx: Tx, due_since: datetime) -> Cursor:
    """Claim the daily reset; returns a row, unless the last reset was at that time or later."""
    return tx.execute(
        """
        UPDATE daily_reset SET last_reset_at = %(now)s
        WHERE last_reset_at IS NULL OR last_reset_at < %(due_since)s
        RETURNING last_reset_at
        """,
        {"now": tx.now, "due_since": due_since},
    )


def begin_reset_by_hand(tx: Tx) -> None:
    tx.execute("UPDATE daily_reset SET last_reset_at = greatest(last_reset_at, %s)", (tx.now,))


def lock_players_with_daily_xp(tx: Tx, until: date) -> Cursor:
    """Lock players with a sum of that game day or an earlier one, in the order that all actions lock players."""
    return tx.execute(
        """
        SELECT user_id FROM users
        WHERE user_id IN (SELECT user_id FROM user_jobs WHERE daily_xp > 0 AND daily_xp_on <= %s)
        ORDER BY user_id FOR NO KEY UPDATE
        """,
        (until,),
    )


def clear_daily_xp(tx: Tx, user_ids: Sequence[UUID], until: date) -> Cursor:
    """Reset the sums; returns a row with `records`, how many were not 0."""
    return tx.execute(
        """
        WITH cleared AS (
            UPDATE user_jobs SET daily_xp = 0
            WHERE user_id = ANY (%s) AND daily_xp > 0 AND daily_xp_on <= %s
            RETURNING 1
        )
        SELECT count(*) AS records FROM cleared
        """,
        (list(user_ids), until),
    )


def update_reset_records(tx: Tx, records: int) -> None:
    tx.execute("UPDATE daily_reset SET records_affected = %s", (records,))


def read_daily_reset(tx: Tx) -> Cursor:
    """Return a row with `last_reset_at`, null before the first reset, and `records_affected`."""
    return tx.execute("SELECT last_reset_at, records_affected FROM daily_reset")
