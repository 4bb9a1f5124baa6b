"""What administrators see of reports, and decide."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Tx
from personas import paging
from personas.battles import forgetting
from personas.moderation import queries
from personas.moderation.models import ContentReport, Outcome, ReportNotFound
from personas.paging import CursorPage, page_of
from personas.posts import service as posts
from personas.profiles import service as profiles
from personas.templates import service as templates
from personas.threads import service as threads


def list_reports(tx: Tx, *, decided: bool, cursor: str = "", limit: int = paging.MOST) -> CursorPage[ContentReport]:
    """Return what is reported, one entry for a thing: what waits longest first; or what was decided last first.

    Args:
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor
    """
    ask = queries.list_decided if decided else queries.list_open
    found = ask(tx, paging.after_number(cursor), limit + 1)
    return page_of(
        [ContentReport(**row) for row in found],
        limit,
        lambda report: (report.decided_at or report.created_at, report.report_id),
    )


def decide(tx: Tx, administrator_id: UUID, report_id: int, outcome: Outcome) -> None:
    """Hide what is reported, or keep it, which also puts back what was hidden. All reports of it are decided.

    Raises:
        ReportNotFound
    """
    row = queries.lock_report(tx, report_id).fetchone()
    if row is None:
        raise ReportNotFound
    hidden = outcome == "hidden"
    if row["reply_id"] is not None:
        threads.hide_reply(tx, row["thread_id"], row["reply_id"], hidden=hidden)
    elif row["persona_id"] is not None:
        profiles.hide(tx, row["persona_id"], hidden=hidden)
    elif row["template_id"] is not None:
        templates.hide(tx, row["template_id"], hidden=hidden)
    else:
        posts.hide(tx, row["post_id"], hidden=hidden)
        if hidden:
            forgetting.forget_battle(tx, row["post_id"])
    queries.decide(tx, row["thing_id"], outcome, administrator_id)
