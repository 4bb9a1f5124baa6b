"""Debate templates: listed, created, changed and deleted. Source: personas 12."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import Response

from doors.call import Call, answer
from doors.people import limit_address, requires_account, signed_in
from doors.routes import Router
from functions.personas.door import PUBLIC_READ, REPORT, PageCursor, PageSize, PathId, answered_with
from functions.personas.shapes.moderation import ReportBody, ReportedShape
from functions.personas.shapes.people import DeletedShape
from functions.personas.shapes.templates import TemplateBody, TemplateChangesBody, TemplateShape, TemplatesShape
from kernel.database import Tx
from kernel.rate_limits import RateLimit
from personas import paging
from personas.moderation import reporting
from personas.templates import service as templates

TEMPLATE_CREATE: Final = RateLimit("template_create", 10)

router = Router()


@router.get("/api/personas/templates", response_model=TemplatesShape)
async def list_templates(call: Call, cursor: PageCursor = "", limit: PageSize = paging.MOST) -> Response:
    """The public templates, newest first."""

    def use_case(tx: Tx) -> TemplatesShape:
        return TemplatesShape.of(templates.list_public(tx, cursor=cursor, limit=limit))

    return call.look(limit_address(call, PUBLIC_READ)(use_case))


@router.post("/api/personas/templates", response_model=TemplateShape, status_code=201)
@requires_account(limit=TEMPLATE_CREATE)
async def create_template(call: Call, body: TemplateBody) -> Response:
    """Create a template. It is private unless `is_public` says otherwise."""
    return signed_in(call).act(
        lambda tx, me: answer(TemplateShape.of(templates.create(tx, me.account_id, body.draft())), 201)
    )


@router.get("/api/personas/templates/mine", response_model=TemplatesShape)
@requires_account()
async def list_my_templates(call: Call, cursor: PageCursor = "", limit: PageSize = paging.MOST) -> Response:
    """Your own templates, private ones included, newest first."""
    return signed_in(call).look(
        lambda tx, me: TemplatesShape.of(templates.list_mine(tx, me.account_id, cursor=cursor, limit=limit))
    )


@router.patch("/api/personas/templates/{template_id}", response_model=TemplateShape)
@requires_account(limit=TEMPLATE_CREATE)
async def change_template(template_id: PathId, call: Call, body: TemplateChangesBody) -> Response:
    """Change a template of yours: what is left out stays. Battles made with it keep what it was.

    An administrator may change anyone's. Those that come with the product cannot be changed.
    """
    return signed_in(call).act(
        lambda tx, me: TemplateShape.of(templates.change(tx, me.account_id, UUID(template_id), body.changes()))
    )


@router.delete("/api/personas/templates/{template_id}", response_model=DeletedShape)
@requires_account()
async def delete_template(template_id: PathId, call: Call) -> Response:
    """Delete a template of yours. Battles made with it stay. An administrator may delete anyone's."""
    return signed_in(call).act(
        answered_with(DeletedShape(), lambda tx, me: templates.delete(tx, me.account_id, UUID(template_id)))
    )


@router.post("/api/personas/templates/{template_id}/report", response_model=ReportedShape)
@requires_account(limit=REPORT)
async def report(template_id: PathId, call: Call, body: ReportBody) -> Response:
    """Tell the administrators about a public template."""
    return signed_in(call).act(
        answered_with(
            ReportedShape(),
            lambda tx, me: reporting.report_template(tx, me.account_id, UUID(template_id), body.reason),
        )
    )
