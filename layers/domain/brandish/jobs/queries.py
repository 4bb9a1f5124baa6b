"""user_jobs and job_xp_events."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from brandish.database import Tx
from brandish.jobs.models import JobProgress, XpEvent


def upsert_job(tx: Tx, user_id: UUID, job_key: str, progress: JobProgress) -> None:
    tx.execute(
        """
        INSERT INTO user_jobs (user_id, job_key, xp, level, daily_xp, daily_xp_on)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (user_id, job_key) DO UPDATE
        SET xp = excluded.xp, level = excluded.level, daily_xp = excluded.daily_xp, daily_xp_on = excluded.daily_xp_on
        """,
        (user_id, job_key, progress.xp, progress.level, progress.daily_xp, progress.daily_xp_on),
    )


def insert_xp_events(tx: Tx, user_id: UUID, xp_events: Sequence[XpEvent]) -> None:
    tx.execute(
        """
        INSERT INTO job_xp_events (user_id, job_key, xp, source, metadata, earned_at)
        SELECT %s, job_key, xp, source, metadata, %s
        FROM unnest(%s::text[], %s::int[], %s::text[], %s::jsonb[]) AS earned (job_key, xp, source, metadata)
        """,
        (
            user_id,
            tx.now,
            [each.job_key for each in xp_events],
            [each.xp for each in xp_events],
            [each.source for each in xp_events],
            [each.metadata and Jsonb(each.metadata) for each in xp_events],
        ),
    )
