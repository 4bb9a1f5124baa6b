"""/api/v1/progression/engagement and the reports on it. Source: wire 7."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from community.engagement import reports, texts
from community.engagement.recording import record
from community.players.models import PlayerRef
from doors.call import Call
from doors.routes import Router
from functions.community.progression.engagement_shapes import (
    AccountEngagementRequest,
    BreakdownResponse,
    EngagementRequest,
    LeadersQuery,
    LeaderView,
    NameEngagementRequest,
    RecordResponse,
    VelocityQuery,
    VelocityResponse,
)
from functions.community.shapes.fields import Platform, PlatformId, Username
from functions.community.shapes.player_selector import NamedAccount, PlayerSelector, ref_of
from kernel.database import Tx

router = Router()


@router.post("/api/v1/progression/engagement", response_model=RecordResponse)
async def record_engagement(body: AccountEngagementRequest, call: Call) -> Response:
    """Record engagement of a player. With id and name, an unknown account becomes a player."""
    return _record(call, PlayerRef(body.platform, body.platform_id, body.username), body)


@router.post("/api/v1/progression/engagement/{username}", response_model=RecordResponse)
async def record_engagement_of(
    username: Annotated[Username, Path()], body: NameEngagementRequest, call: Call
) -> Response:
    """Record engagement of the player of that name, or of that `platform_id`."""
    return _record(call, PlayerRef(body.platform, body.platform_id, username, sole=True), body)


def _record(call: Call, ref: PlayerRef, body: EngagementRequest) -> Response:

    def use_case(tx: Tx) -> RecordResponse:
        score = record(tx, ref, body.metric_type, body.value)
        return RecordResponse(message=texts.recorded(body.value, body.metric_type, score), score=score)

    return call.act(use_case)


@router.get("/api/v1/progression/engagement", response_model=BreakdownResponse)
async def engagement(query: Annotated[PlayerSelector, Query()], call: Call) -> Response:
    """A player's engagement, by account or else by name. All 0 for an unknown account."""
    return _breakdown(call, query.player)


@router.get("/api/v1/progression/engagement-by-username", response_model=BreakdownResponse)
async def engagement_by_username(query: Annotated[NamedAccount, Query()], call: Call) -> Response:
    """The engagement of the player of that name."""
    return _breakdown(call, query.player)


@router.get("/api/v1/progression/engagement/{username}", response_model=BreakdownResponse)
async def engagement_of(
    username: Annotated[Username, Path()],
    platform: Annotated[Platform, Query()],
    call: Call,
    platform_id: Annotated[PlatformId | None, Query()] = None,
) -> Response:
    """The engagement of the player of that name, or of that `platform_id`."""
    return _breakdown(call, ref_of(platform, platform_id, username))


def _breakdown(call: Call, ref: PlayerRef) -> Response:
    return call.look(lambda tx: BreakdownResponse.of(reports.breakdown(tx, ref)))


@router.get("/api/v1/progression/leaderboard", response_model=list[LeaderView])
async def leaderboard(query: Annotated[LeadersQuery, Query()], call: Call) -> Response:
    """The players who have contributed most."""
    return call.look(lambda tx: [LeaderView.of(leader) for leader in reports.leaderboard(tx, query.limit)])


@router.get("/api/v1/progression/velocity", response_model=VelocityResponse)
async def velocity(query: Annotated[VelocityQuery, Query()], call: Call) -> Response:
    """How fast the community earns points, over the last days up to today."""
    return call.look(lambda tx: VelocityResponse.of(reports.velocity(tx, query.days)))
