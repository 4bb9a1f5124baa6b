"""A player's progress in jobs, and the experience earned in this action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from community.jobs import queries, rules
from community.jobs.models import JobProgress, Jobs, NewXpEvents
from community.players.part import Column, Limit, Part, Rows, changed, collecting
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


_LIMIT = Limit(
    "daily_xp",
    """
    (SELECT jsonb_agg(jsonb_build_object('job_key', job_key, 'daily_xp', daily_xp, 'daily_xp_on', daily_xp_on))
     FROM user_jobs WHERE user_id = u.user_id AND daily_xp > 0
       AND daily_xp_on BETWEEN (%(now)s - interval '1 day')::date AND (%(now)s + interval '7 hours')::date)
    """,
    """
    INSERT INTO user_jobs AS held (user_id, job_key, xp, level, daily_xp, daily_xp_on)
    SELECT DISTINCT ON (job_key) %(user_id)s, job_key, 0, 0, daily_xp, daily_xp_on
    FROM kept, jsonb_to_record(entry) AS earned (job_key text, daily_xp bigint, daily_xp_on date)
    ORDER BY job_key, daily_xp_on DESC, daily_xp DESC
    ON CONFLICT (user_id, job_key) DO UPDATE
    SET daily_xp = CASE WHEN held.daily_xp_on > excluded.daily_xp_on THEN held.daily_xp
                        WHEN held.daily_xp_on < excluded.daily_xp_on THEN excluded.daily_xp
                        ELSE greatest(held.daily_xp, excluded.daily_xp) END,
        daily_xp_on = greatest(held.daily_xp_on, excluded.daily_xp_on)
    """,
)


JOBS = Part(
    holds=Jobs,
    save=_save,
    merge=rules.merged,
    merge_of_one_person=partial(rules.merged, of_day=max),
    column=Column("jobs", queries.JOBS_OF_PLAYER, _parse),
    tables=("user_jobs",),
    joined=True,
    limit=_LIMIT,
)
XP_EVENTS = collecting(NewXpEvents, queries.insert_xp_events, Rows(("job_xp_events",), queries.move_xp_events))
