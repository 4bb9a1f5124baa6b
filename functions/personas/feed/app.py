"""/api/personas: feed, notifications and digests of those who are signed in; statistics for administrators."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in
from functions.personas.door import PageCursor, PageSize, PathId, create_app, create_handler
from functions.personas.shapes.feed import (
    DailyShape,
    FeedShape,
    NoticeReadShape,
    NoticesReadShape,
    NoticesShape,
    WeeklyShape,
)
from functions.personas.shapes.happenings import AnalyticsShape
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.digests import service as digests
from personas.feed import service as feed
from personas.happenings import service as happenings
from personas.notices import service as notices

app = create_app("PersonaFeed")

NoticeId = Annotated[str, Path(pattern=r"^0*[1-9][0-9]{0,40}$")]


@app.get("/api/personas/feed", response_model=FeedShape)
@requires_account()
async def home(call: Call) -> Response:
    """What the personas that one follows write, what others share, and new templates."""
    return signed_in(call).look(lambda tx, me: FeedShape.of(feed.home(tx, me.account_id)))


@app.get("/api/personas/notifications", response_model=NoticesShape)
@requires_account()
async def list_notifications(
    call: Call,
    unread: Annotated[bool, Query(description="Only those that are unread.")] = False,
    cursor: PageCursor = "",
    limit: PageSize = 20,
) -> Response:
    """Your notifications, newest first, in the language that you ask for."""

    def use_case(tx: Tx, me: Identity) -> NoticesShape:
        return NoticesShape.of(*notices.list_of(tx, me.account_id, limit, cursor=cursor, only_unread=unread))

    return signed_in(call).look(use_case)


@app.post("/api/personas/notifications/read-all", response_model=NoticesReadShape)
@requires_account()
async def read_all(call: Call) -> Response:
    """Mark all notifications as read."""
    return signed_in(call).act(lambda tx, me: NoticesReadShape(updated=notices.read_all(tx, me.account_id)))


@app.post("/api/personas/notifications/{notification_id}/read", response_model=NoticeReadShape)
@requires_account()
async def read_one(notification_id: NoticeId, call: Call) -> Response:
    """Mark a notification as read. One that is another person's, or none, stays as it is."""

    def use_case(tx: Tx, me: Identity) -> NoticeReadShape:
        updated, unread = notices.read_one(tx, me.account_id, int(notification_id))
        return NoticeReadShape(updated=updated, unread_count=unread)

    return signed_in(call).act(use_case)


@app.get("/api/personas/digest/weekly", response_model=WeeklyShape)
@requires_account()
async def weekly(call: Call) -> Response:
    """The three best battles of the week that one has not seen."""
    return signed_in(call).look(lambda tx, me: WeeklyShape.of(digests.read_weekly(tx, me.account_id)))


@app.get("/api/personas/personas/{persona_id}/digest/today", response_model=DailyShape)
@requires_account()
async def today(persona_id: PathId, call: Call) -> Response:
    """What a persona of one's own has done today (UTC)."""
    return signed_in(call).look(lambda tx, me: DailyShape.of(digests.read_today(tx, me.account_id, UUID(persona_id))))


@app.get("/api/personas/personas/{persona_id}/digest/latest", response_model=DailyShape)
@requires_account()
async def latest(persona_id: PathId, call: Call) -> Response:
    """The newest digest of a persona of one's own."""
    return signed_in(call).look(lambda tx, me: DailyShape.of(digests.read_latest(tx, me.account_id, UUID(persona_id))))


@app.get("/api/personas/admin/analytics/summary", response_model=AnalyticsShape)
@requires_account(administrator=True)
async def analytics(call: Call) -> Response:
    """How often each event has happened, for administrators."""
    return signed_in(call).look(lambda tx, me: AnalyticsShape(**happenings.summarise(tx)))


handler = create_handler(app)
ready()
