"""Keeping job progress; `awards` adds to it, `reports` shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from community.jobs import queries
from community.jobs.models import JobProgress, XpEvent
from kernel.database import Tx


def from_json(jobs: Mapping[str, list[Any]]) -> dict[str, JobProgress]:
    """{job key: progress} from {job key: [xp, level, daily_xp, daily_xp_on]}."""
    return {
        job_key: JobProgress(xp, level, daily_xp, date.fromisoformat(day))
        for job_key, (xp, level, daily_xp, day) in jobs.items()
    }


def save(tx: Tx, user_id: UUID, job_key: str, progress: JobProgress) -> None:
    queries.upsert_job(tx, user_id, job_key, progress)


def save_xp_events(tx: Tx, user_id: UUID, xp_events: Sequence[XpEvent]) -> None:
    if xp_events:
        queries.insert_xp_events(tx, user_id, xp_events)


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Queue what a merge does with a history; progress travels with the `Player`."""
    queries.move_xp_events(tx, from_id, to_id)


def forget_all(tx: Tx) -> None:
    """Queue everybody's return to level 0. What was earned by what stays in the history."""
    queries.lock_everybody(tx)
    queries.delete_all_jobs(tx)
