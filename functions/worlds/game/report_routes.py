"""/api/game/reports: what players have told the administrators about each other."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.worlds.door import MOST, PageAfter, PageSize
from functions.worlds.shapes import Decision, PersonReport, PersonReports
from worlds.reporting import service as reporting

router = Router()


@router.get("/api/game/reports", response_model=PersonReports)
@requires_account(administrator=True)
async def list_reports(
    call: Call,
    state: Annotated[Literal["open", "decided"], Query()] = "open",
    after: PageAfter = None,
    limit: PageSize = MOST,
) -> Response:
    """The reports that wait for a decision, or that were decided; for administrators."""
    return signed_in(call).look(
        lambda tx, me: PersonReports(
            reports=[
                PersonReport.of(each)
                for each in reporting.list_all(tx, decided=state == "decided", after=after, limit=limit)
            ]
        )
    )


@router.post("/api/game/reports/{report_id}", response_model=PersonReport)
@requires_account(administrator=True)
async def decide(report_id: UUID, call: Call, body: Decision) -> Response:
    """Decide about a report, once; for administrators."""
    return signed_in(call).act(
        lambda tx, me: PersonReport.of(reporting.decide(tx, me, report_id, body.outcome, body.note))
    )
