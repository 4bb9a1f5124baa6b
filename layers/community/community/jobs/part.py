"""A player's progress in jobs, and the experience earned in this action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from community.jobs import queries, rules
from community.jobs.models import JobProgress, Jobs, NewXpEvents
from community.players.part import Column, Part, Rows, changed, collecting
from kernel.database import Tx


def _parse(rows: Mapping[str, Sequence[Any]] | None) -> Jobs:
    """Parse {job key: [xp, level, daily_xp, daily_xp_on]}."""
    return Jobs(
        {
            job_key: JobProgress(xp, level, daily_xp, date.fromisoformat(day))
            for job_key, (xp, level, daily_xp, day) in (rows or {}).items()
        }
    )


def _save(tx: Tx, user_id: UUID, now: Jobs, before: Jobs | None) -> None:
    queries.upsert_jobs(tx, user_id, changed(now.progress, before.progress if before else {}))


JOBS = Part(
    holds=Jobs,
    save=_save,
    merge=rules.merged,
    column=Column("jobs", queries.JOBS_OF_PLAYER, _parse),
    tables=("user_jobs",),
    joined=True,
)
XP_EVENTS = collecting(NewXpEvents, queries.insert_xp_events, Rows(("job_xp_events",), queries.move_xp_events))
