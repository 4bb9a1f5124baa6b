"""/api/v1/jobs: what people work in, and how far they have come."""

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
    AwardRequest,
    AwardResponse,
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
    """The jobs there are, and which of them the community has unlocked."""

    def use_case(tx: Tx) -> list[JobView]:
        state = current_state(tx)
        cap = rules.level_cap(state)
        return [JobView.of(job, cap, state.has(job.node_key)) for job in all_jobs.by_key.values()]

    return call.look(use_case)


@app.get("/api/v1/jobs/user", response_model=UserJobsResponse)
async def user_jobs(query: Annotated[WorkerQuery, Query()], call: Call) -> Response:
    """Where a player stands in every unlocked job. The primary one has the highest level, then the most XP."""

    def use_case(tx: Tx) -> UserJobsResponse:
        player, standings = reports.jobs_of(tx, query.player)
        return UserJobsResponse.of(player, query.player.platform, standings)

    return call.look(use_case)


@app.post("/api/v1/jobs/award-xp", response_model=AwardResponse)
async def award_xp(body: AwardRequest, call: Call) -> Response:
    """Add experience to a player's job, as far as the day allows it."""
    return call.act(
        lambda tx: AwardResponse.of(
            awards.award_xp(tx, body.player, body.job_key, body.xp_amount, body.source, body.metadata)
        )
    )


@app.get("/api/v1/jobs/bonus", response_model=BonusResponse)
async def bonus(query: Annotated[BonusQuery, Query()], call: Call) -> Response:
    """What a player's level in a job is worth; 0 where the job has no such bonus."""

    def use_case(tx: Tx) -> BonusResponse:
        job, level, value = reports.bonus(tx, query.player, query.job_key, query.bonus_type)
        return BonusResponse(job_key=job.key, bonus_type=query.bonus_type, level=level, bonus=float(value))

    return call.look(use_case)


handler = create_handler(app)
ready()
