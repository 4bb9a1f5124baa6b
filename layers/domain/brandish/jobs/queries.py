"""user_jobs."""

from __future__ import annotations

from uuid import UUID

from brandish.database import Tx
from brandish.jobs.models import JobProgress


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
