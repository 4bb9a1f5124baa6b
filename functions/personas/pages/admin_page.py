"""What administrators see: reports to decide, what was decided, and what people do on the pages."""

from __future__ import annotations

from functools import partial
from typing import Final

from fastapi import Response

from doors.call import Call
from doors.pages.door import View
from doors.people import requires_account
from doors.routes import Router
from functions.personas.pages.door import door
from functions.personas.pages.views import Shown
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.happenings import service as happenings
from personas.moderation import service as moderation
from personas.moderation.models import ContentReport

router = Router(include_in_schema=False)

DECIDED_AT_ONCE: Final = 20


@router.get("/personas/admin")
@requires_account(administrator=True)
async def admin(call: Call) -> Response:
    """Return the page. `cursor`: where older decisions begin."""
    return door.show_own(call, partial(_read, dict(call.query).get("cursor", "")))


def _read(cursor: str, tx: Tx, me: Identity) -> View:
    decided = moderation.list_reports(tx, decided=True, cursor=cursor, limit=DECIDED_AT_ONCE)
    values = {
        "reports": [_report(each) for each in moderation.list_reports(tx, decided=False)],
        "decided": [_report(each) for each in decided],
        "next_cursor": decided.next_cursor,
        "summary": happenings.summarise(tx),
    }
    return View("admin.html", values, active="admin")


def _report(found: ContentReport) -> Shown:
    return {
        "report_id": found.report_id,
        "kind": found.kind,
        "address": _address(found),
        "persona_name": found.persona_name,
        "authored_by": found.authored_by,
        "content": found.content,
        "content_now": found.content_now,
        "reason": found.reason,
        "reports": found.reports,
        "outcome": found.outcome,
        "decided_at": found.decided_at,
        "created_at": found.created_at,
    }


def _address(found: ContentReport) -> str:
    """Return where what is reported can be looked at, as long as it can."""
    if found.kind == "profile":
        return f"/p/{found.slug}"
    if found.kind == "template":
        return f"/templates?template={found.template_id}#template-{found.template_id}"
    return f"/b/{found.post_id}"
