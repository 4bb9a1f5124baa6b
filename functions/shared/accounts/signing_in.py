"""Signing up and in, in the steps that all doors share: look, compare or hash the password, act."""

from __future__ import annotations

from fastapi import Response

from doors.call import Body, Call
from doors.people import Person, calling_device, refuse_other_sites, with_cookie
from functions.shared.accounts.joining import LOG_IN_HOOKS, SIGN_UP_HOOKS
from kernel.accounts import passwords, service, sessions
from kernel.accounts.models import AccountDetails, Attempt, BadCredentials, WrongPassword
from kernel.action import run_action
from kernel.database import Tx
from kernel.rate_limits import RateLimit
from kernel.texts import spoken


def sign_up(
    call: Call,
    email: str,
    password: str,
    user_name: str | None,
    limits: tuple[RateLimit, ...],
    share_slug: str = "",
) -> tuple[AccountDetails, str]:
    """Create an account; return it and the token of its first session.

    Raises:
        RateLimited, EmailTaken, UserNameTaken, ForeignOrigin
    """
    refuse_other_sites(call)
    run_action(lambda tx: service.require_free(tx, email, user_name, call.network, *limits))
    password_hash = passwords.hash_password(password)

    def use_case(tx: Tx) -> tuple[AccountDetails, str]:
        account, identity = service.sign_up(tx, email, password_hash, spoken(), calling_device(call), user_name)
        for hook in SIGN_UP_HOOKS:
            hook(tx, account.account_id, share_slug)
        return account, sessions.issue(tx, identity)

    return run_action(use_case)


def log_in(call: Call, email: str, password: str, limits: tuple[RateLimit, ...]) -> tuple[AccountDetails, str]:
    """Begin a session; return its account and token. A wrong password takes as long as an unknown address.

    Raises:
        RateLimited, LockedOut, BadCredentials, ForeignOrigin
    """
    refuse_other_sites(call)
    attempt = run_action(lambda tx: service.begin_log_in(tx, email, call.network, *limits))
    if not passwords.verify_password(attempt.password_hash, password):
        raise BadCredentials

    def use_case(tx: Tx) -> tuple[AccountDetails, str]:
        tx.about = attempt.account_id
        device = calling_device(call)
        account, identity = service.log_in(tx, attempt, device)
        for hook in LOG_IN_HOOKS:
            hook(tx, identity, device)
        return account, sessions.issue(tx, identity)

    return run_action(use_case)


def confirm(call: Call, person: Person, password: str, *limits: RateLimit) -> Attempt:
    """Compare the password of someone who is signed in; return what was compared.

    Args:
        limits: of what is confirmed, per account.

    Raises:
        RateLimited, LockedOut, WrongPassword, SessionEnded
    """
    attempt = person.run(lambda tx, me: service.begin_confirmation(tx, me, call.network, *limits))
    if not passwords.verify_password(attempt.password_hash, password):
        raise WrongPassword
    return attempt


def signed_in_response(call: Call, body: Body, token: str, status: int = 200) -> Response:
    """Answer with a session's token in a cookie; "" deletes the cookie."""
    return with_cookie(call, call.respond(body, status), token)
