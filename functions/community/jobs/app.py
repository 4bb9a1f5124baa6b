"""/api/v1/jobs: the jobs, and players' levels in them."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated

from fastapi import Query, Response

from community.jobs import awards, reports, rules
from community.jobs.content import jobs as all_jobs
from community.progression.service import current_state
from doors.app import create_app, create_handler
from doors.call import Call
from functions.community.jobs.shapes import (
    AwardXpRequest,
    AwardXpResponse,
    BonusQuery,
    BonusResponse,
    JobView,
    UserJobsResponse,
    WorkerQuery,
)
from kernel.database import Tx

app = create_app("Jobs")


@app.get("/api/v1/jobs", response_model=list[JobView])
async def jobs(call: Call) -> Response:
    """All jobs, and which of them the community has unlocked."""

    def use_case(tx: Tx) -> list[JobView]:
        state = current_state(tx)
        cap = rules.level_cap(state)
        return [JobView.of(job, cap, state.has(job.node_key)) for job in all_jobs.by_key.values()]

    return call.look(use_case)


@app.get("/api/v1/jobs/user", response_model=UserJobsResponse)
async def user_jobs(query: Annotated[WorkerQuery, Query()], call: Call) -> Response:
    """A player's level and XP in every unlocked job. The primary job has the highest level, then the most XP."""

    def use_case(tx: Tx) -> UserJobsResponse:
        player, standings = reports.jobs_of(tx, query.player)
        return UserJobsResponse.of(player, query.player.platform, standings)

    return call.look(use_case)


@app.post("/api/v1/jobs/award-xp", response_model=AwardXpResponse)
async def award_xp(body: AwardXpRequest, call: Call) -> Response:
    """Award XP in a player's job, up to the daily cap."""
    return call.act(
        lambda tx: AwardXpResponse.of(
            awards.award_xp(tx, body.only_player, body.job_key, body.xp_amount, body.source, body.metadata)
        )
    )


@app.get("/api/v1/jobs/bonus", response_model=BonusResponse)
async def bonus(query: Annotated[BonusQuery, Query()], call: Call) -> Response:
    """The bonus that a player's level in a job gives; 0 where the job has no such bonus."""

    def use_case(tx: Tx) -> BonusResponse:
        job, level, value = reports.bonus(tx, query.player, query.job_key, query.bonus_type)
        return BonusResponse(job_key=job.key, bonus_type=query.bonus_type, level=level, bonus=float(value))

    return call.look(use_case)


handler = create_handler(app)
ready()
