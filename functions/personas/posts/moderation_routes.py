"""Reporting, muting and blocking; and what administrators decide about reports."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.personas.door import REPORT, PageCursor, PageSize, PathId, answered_with
from functions.personas.shapes.moderation import (
    DecidedShape,
    DecisionBody,
    MuteAuthorBody,
    MutePersonaBody,
    MuteShape,
    MutesShape,
    ReportBody,
    ReportedShape,
    ReportsShape,
)
from functions.personas.shapes.people import DeletedShape
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas import blocking, paging
from personas.moderation import reporting
from personas.moderation import service as moderation
from personas.mutes import service as mutes

_MAX_ID = 2**63 - 1

router = Router()


@router.post("/api/personas/posts/{post_id}/report", response_model=ReportedShape)
@requires_account(limit=REPORT)
async def report_post(post_id: PathId, call: Call, body: ReportBody) -> Response:
    """Tell the administrators about a post or a battle."""
    return signed_in(call).act(
        answered_with(
            ReportedShape(), lambda tx, me: reporting.report_post(tx, me.account_id, UUID(post_id), body.reason)
        )
    )


@router.post("/api/personas/replies/{reply_id}/report", response_model=ReportedShape)
@requires_account(limit=REPORT)
async def report_reply(reply_id: PathId, call: Call, body: ReportBody) -> Response:
    """Tell the administrators about a reply."""
    return signed_in(call).act(
        answered_with(
            ReportedShape(), lambda tx, me: reporting.report_reply(tx, me.account_id, UUID(reply_id), body.reason)
        )
    )


@router.get("/api/personas/moderation/reports", response_model=ReportsShape)
@requires_account(administrator=True)
async def list_reports(
    call: Call,
    state: Annotated[Literal["open", "decided"], Query()] = "open",
    cursor: PageCursor = "",
    limit: PageSize = paging.MOST,
) -> Response:
    """What is reported and waits for a decision, or was decided: one entry for a thing; for administrators."""
    return signed_in(call).look(
        lambda tx, me: ReportsShape.of(
            moderation.list_reports(tx, decided=state == "decided", cursor=cursor, limit=limit)
        )
    )


@router.post("/api/personas/moderation/reports/{report_id}", response_model=DecidedShape)
@requires_account(administrator=True)
async def decide(report_id: Annotated[int, Path(ge=1, le=_MAX_ID)], call: Call, body: DecisionBody) -> Response:
    """Hide what is reported, or keep it; for administrators."""
    return signed_in(call).act(
        answered_with(DecidedShape(), lambda tx, me: moderation.decide(tx, me.account_id, report_id, body.outcome))
    )


@router.get("/api/personas/mutes", response_model=MutesShape)
@requires_account()
async def list_mutes(call: Call, cursor: PageCursor = "", limit: PageSize = paging.MOST) -> Response:
    """What you have muted or blocked, newest first."""
    return signed_in(call).look(
        lambda tx, me: MutesShape.of(mutes.list_own(tx, me.account_id, cursor=cursor, limit=limit))
    )


@router.put("/api/personas/mutes/personas/{persona_id}", response_model=MuteShape)
@requires_account()
async def mute_persona(persona_id: PathId, call: Call, body: MutePersonaBody) -> Response:
    """Mute a persona, or mute or block the person behind it. They are not told."""

    def use_case(tx: Tx, me: Identity) -> MuteShape:
        if body.person or body.block:
            return MuteShape.of(blocking.mute_person_behind(tx, me.account_id, UUID(persona_id), block=body.block))
        return MuteShape.of(mutes.mute_persona(tx, me.account_id, UUID(persona_id)))

    return signed_in(call).act(use_case)


@router.put("/api/personas/mutes/authors/{post_id}", response_model=MuteShape)
@requires_account()
async def mute_author(post_id: PathId, call: Call, body: MuteAuthorBody) -> Response:
    """Mute or block the person who published a post or a battle. They are not told."""
    return signed_in(call).act(
        lambda tx, me: MuteShape.of(blocking.mute_author(tx, me.account_id, UUID(post_id), block=body.block))
    )


@router.delete("/api/personas/mutes/{mute_id}", response_model=DeletedShape)
@requires_account()
async def unmute(mute_id: PathId, call: Call) -> Response:
    """End a mute or a block."""
    return signed_in(call).act(
        answered_with(DeletedShape(), lambda tx, me: mutes.unmute(tx, me.account_id, UUID(mute_id)))
    )
