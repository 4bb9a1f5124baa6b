"""/api/v1/admin/jobs: XP awards by administrators, and the daily reset. Source: wire 9."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from community.jobs import awards, daily_reset
from community.players import service as players
from community.players.models import UnknownPlayer, no_such_player
from doors.call import Call
from doors.fields import Message, Timestamp
from doors.nulls import WithNulls
from doors.routes import Router
from functions.community.shapes.fields import Amount, NodeKey
from functions.community.shapes.jobs import XpView
from functions.community.shapes.player_selector import NamedAccount
from kernel.database import Tx
from kernel.texts import translate

router = Router()


class AdminAwardRequest(NamedAccount):
    job_key: NodeKey
    amount: Amount


class AdminAwardResponse(BaseModel):
    """The award; `xp_awarded` is what the player really got, within the daily cap."""

    success: bool = True
    user_id: UUID
    username: str
    job_key: str
    xp_awarded: int
    result: XpView


class ResetResponse(Message):
    success: bool = True
    records_affected: int


class ResetStatus(WithNulls):
    """When the daily XP was and will be reset; `last_reset_time` is null before the first reset."""

    last_reset_time: Timestamp | None
    next_reset_time: Timestamp
    records_affected: int


@router.post("/api/v1/admin/jobs/xp", response_model=AdminAwardResponse)
@router.post("/api/v1/admin/jobs/award-xp", response_model=AdminAwardResponse)
@router.post("/api/v1/admin/job/award-xp", response_model=AdminAwardResponse)
async def award_xp(body: AdminAwardRequest, call: Call) -> Response:
    """Award XP in a player's job, up to the daily cap."""

    def use_case(tx: Tx) -> AdminAwardResponse:
        try:
            result = awards.award_xp(tx, body.only_player, body.job_key, body.amount, "admin")
        except UnknownPlayer as error:
            raise no_such_player(body.player, players.similar_names(tx, body.player)) from error
        return AdminAwardResponse(
            user_id=result.player.id,
            username=result.player.links[body.platform].username,
            job_key=result.job.key,
            xp_awarded=result.award.gained,
            result=XpView.of(result),
        )

    return call.act(use_case)


@router.post("/api/v1/admin/jobs/reset-daily-xp", response_model=ResetResponse)
async def reset_daily_xp(call: Call) -> Response:
    """Reset the daily XP of all players now."""
    return call.act(
        lambda tx: ResetResponse(
            message=translate("The daily XP of all players is 0 again."),
            records_affected=daily_reset.reset_now(tx).records,
        )
    )


@router.get("/api/v1/admin/jobs/reset-status", response_model=ResetStatus)
async def reset_status(call: Call) -> Response:
    """When the daily XP was last reset and will be next, and how many records the last reset affected."""

    def use_case(tx: Tx) -> ResetStatus:
        found = daily_reset.status(tx)
        return ResetStatus(last_reset_time=found.last_at, next_reset_time=found.next_at, records_affected=found.records)

    return call.look(use_case)
