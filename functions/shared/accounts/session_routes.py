"""One's sessions: which there are, and ending them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in, with_cookie
from doors.routes import Router
from functions.shared.accounts.products import sessions_ended
from functions.shared.accounts.shapes import EndedSessions, SessionList, SessionOfAccount
from kernel.accounts import service
from kernel.accounts.models import Identity
from kernel.database import Tx

router = Router()


@router.get("/api/auth/sessions", response_model=SessionList)
@requires_account()
async def list_sessions(call: Call) -> Response:
    """One's open sessions, the latest first."""
    return signed_in(call).look(
        lambda tx, me: SessionList(sessions=[SessionOfAccount.of(session) for session in service.list_sessions(tx, me)])
    )


@router.delete("/api/auth/sessions", response_model=EndedSessions)
@requires_account(always=True)
async def end_sessions(call: Call, this_one: Annotated[bool, Query()] = False) -> Response:
    """End all one's other sessions; with `this_one`, also the one that asks."""
    person = signed_in(call)

    def use_case(tx: Tx, me: Identity) -> EndedSessions:
        ended = (service.end_all_sessions if this_one else service.end_other_sessions)(tx, me)
        sessions_ended(tx, me.account_id)
        return EndedSessions(ended=ended)

    response = person.act(use_case, stored=False)
    return with_cookie(call, response, "") if this_one else response


@router.delete("/api/auth/sessions/{session_id}", response_model=EndedSessions)
@requires_account(always=True)
async def end_session(call: Call, session_id: UUID) -> Response:
    """End one of one's sessions, at once."""
    person = signed_in(call)

    def use_case(tx: Tx, me: Identity) -> EndedSessions:
        service.end_session(tx, me, session_id)
        sessions_ended(tx, me.account_id)
        return EndedSessions(ended=1)

    response = person.act(use_case, stored=False)
    return with_cookie(call, response, "") if session_id == person.identity.session_id else response
