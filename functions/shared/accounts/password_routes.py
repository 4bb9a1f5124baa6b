"""Changing one's password, and choosing a new one when it is forgotten."""

from __future__ import annotations

from fastapi import Response

from doors.call import Call
from doors.people import limit_address, refuse_other_sites, requires_account, signed_in
from doors.routes import Router
from functions.shared.accounts import signing_in
from functions.shared.accounts.products import sessions_ended
from functions.shared.accounts.shapes import (
    Done,
    EndedSessions,
    ForgottenRequest,
    PasswordRequest,
    ResetRequest,
)
from kernel.accounts import passwords, resets, rules, service
from kernel.accounts.models import Identity
from kernel.accounts.settings import settings
from kernel.action import run_action
from kernel.database import Tx

router = Router()


@router.put("/api/auth/password", response_model=EndedSessions)
@requires_account(always=True)
async def change(body: PasswordRequest, call: Call) -> Response:
    """Change one's password, which takes the current one. It ends all one's other sessions."""
    rules.require_password(body.password)
    person = signed_in(call)
    attempt = signing_in.confirm(call, person, body.current_password, settings.password_changes)
    new_hash = passwords.hash_password(body.password)

    def use_case(tx: Tx, me: Identity) -> EndedSessions:
        ended = service.change_password(tx, me, attempt, new_hash)
        sessions_ended(tx, me.account_id)
        return EndedSessions(ended=ended)

    return person.act(use_case, stored=False)


@router.post("/api/auth/password/forgot", response_model=Done, status_code=202)
async def forgot(body: ForgottenRequest, call: Call) -> Response:
    """Ask for a mail with a link to choose a new password. The answer is the same whether there is such an account."""
    refuse_other_sites(call)
    email = rules.clean_email(body.email)

    @limit_address(call, settings.signing_in)
    def use_case(tx: Tx) -> None:
        resets.ask_for_reset(tx, email, call.public_url, call.network)

    run_action(use_case)
    return call.respond(Done(message="If there is such an account, a mail is on its way."), 202)


@router.post("/api/auth/password/reset", response_model=Done)
async def reset(body: ResetRequest, call: Call) -> Response:
    """Choose a new password with the token of a mail. It works once, and ends all sessions of the account."""
    refuse_other_sites(call)
    rules.require_password(body.password)
    run_action(lambda tx: service.require_reset(tx, body.token, call.network, settings.signing_in))
    new_hash = passwords.hash_password(body.password)
    run_action(lambda tx: sessions_ended(tx, service.reset_password(tx, body.token, new_hash)))
    return call.respond(Done(message="Your new password works now. Log in with it."))
