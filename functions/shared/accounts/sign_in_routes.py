"""Signing up, in and out, at the doors of Personas and of Worlds. Source: personas 4.3, worlds 2.2 and 3."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in, with_cookie
from doors.routes import Router
from functions.shared.accounts import signing_in
from functions.shared.accounts.products import sessions_ended
from functions.shared.accounts.shapes import (
    Done,
    LoggedIn,
    LogInRequest,
    NewUserRequest,
    OwnAccount,
    SignedIn,
    SignUpRequest,
)
from kernel.accounts import rules, service
from kernel.accounts.models import Identity
from kernel.accounts.settings import settings
from kernel.database import Tx

router = Router()


@router.post("/api/personas/auth/signup", response_model=SignedIn, status_code=201)
async def sign_up(body: SignUpRequest, call: Call) -> Response:
    """Create an account and log in to it. A password has 8 to 128 bytes."""
    email = rules.clean_email(body.email)
    rules.require_password(body.password)
    limits = (settings.signing_in, settings.sign_ups)
    account, token = signing_in.sign_up(call, email, body.password, None, limits, share_slug=body.share_slug or "")
    return signing_in.signed_in_response(call, SignedIn(token=token, user_id=account.account_id), token, 201)


@router.post("/api/personas/auth/login", response_model=SignedIn)
async def log_in(body: LogInRequest, call: Call) -> Response:
    """Log in. The answer is the same for an unknown address and a wrong password."""
    account, token = signing_in.log_in(call, rules.clean_email(body.email), body.password, (settings.signing_in,))
    return signing_in.signed_in_response(call, SignedIn(token=token, user_id=account.account_id), token)


@router.post("/api/auth/register", response_model=OwnAccount, status_code=201)
async def register(body: NewUserRequest, call: Call) -> Response:
    """Create an account with a user name. A password has 8 to 128 bytes, among them a digit, and both cases."""
    email = rules.clean_email(body.email)
    rules.require_full_email(email)
    name = rules.clean_user_name(body.username)
    rules.require_strong_password(body.password)
    limits = (settings.signing_in, settings.sign_ups, settings.worlds_sign_ups)
    account, token = signing_in.sign_up(call, email, body.password, name, limits)
    return signing_in.signed_in_response(call, OwnAccount.of(account), token, 201)


@router.post("/api/auth/login", response_model=LoggedIn)
async def log_in_to_worlds(body: LogInRequest, call: Call) -> Response:
    """Log in. The answer is the same for an unknown address and a wrong password."""
    limits = (settings.signing_in, settings.worlds_log_ins)
    account, token = signing_in.log_in(call, rules.clean_email(body.email), body.password, limits)
    return signing_in.signed_in_response(call, LoggedIn(token=token, user=OwnAccount.of(account)), token)


@router.post("/api/auth/logout", response_model=Done)
@requires_account(always=True)
async def log_out(call: Call, session_id: Annotated[UUID | None, Query()] = None) -> Response:
    """End the session, at once. `session_id`, or the header X-Session-ID, names another one of one's own."""
    person = signed_in(call)
    own = person.identity.session_id
    named = session_id or _named_in_header(call) or own

    def use_case(tx: Tx, me: Identity) -> Done:
        service.end_session(tx, me, named)
        sessions_ended(tx, me.account_id)
        return Done(message="The session has ended.")

    response = person.act(use_case, stored=False)
    return with_cookie(call, response, "") if named == own else response


def _named_in_header(call: Call) -> UUID | None:
    try:
        return UUID(call.sent_headers.get("x-session-id", ""))
    except ValueError:
        return None
