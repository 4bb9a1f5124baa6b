"""Routes for people who sign in: who is there, whether their session is open, and how often they may ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import Request, Response
from msgspec import Struct

from doors.call import Body, Call
from doors.cookies import SESSION_COOKIE as COOKIE
from doors.cookies import read_cookie
from doors.settings import settings
from kernel import action
from kernel.accounts import sessions, tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.models import (
    Device,
    ForeignOrigin,
    Identity,
    SignInExpired,
    SignInInvalid,
    SignInMalformed,
    SignInMissing,
)
from kernel.accounts.rules import LONGEST_USER_AGENT
from kernel.accounts.settings import settings as accounts
from kernel.accounts.tokens import AccessToken, ExpiredToken, InvalidToken
from kernel.database import Tx
from kernel.errors import Unauthenticated
from kernel.idempotency import Answer
from kernel.rate_limits import RateLimit, limited

PersonalUseCase = Callable[[Tx, Identity], Body | Answer]
"""A use case of someone who is signed in."""
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])
T = TypeVar("T")


class Demand(Struct, frozen=True):
    """What a route demands of its caller before anything else is looked at."""

    limit: RateLimit | None = None
    administrator: bool = False
    always: bool = False


_DEMANDS: dict[Callable[..., Any], Demand] = {}


def requires_account(
    *, limit: RateLimit | None = None, administrator: bool = False, always: bool = False
) -> Callable[[Endpoint], Endpoint]:
    """Mark a route as one for people who are signed in.

    Its refusals come before those of an invalid body, and invalid requests count against the limit as well.

    Args:
        limit: how often an account may call it, besides the limit of all that it writes.
        administrator: the account must have that role.
        always: however much the account has written lately. Someone who has taken over a session must not keep its
            owner from ending it.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        _DEMANDS[endpoint] = Demand(limit, administrator, always)
        return endpoint

    return mark


def is_for_accounts(endpoint: Callable[..., Any]) -> bool:
    """Return whether a route is for people who are signed in."""
    return endpoint in _DEMANDS


def check_demand(request: Request) -> None:
    """Check what the route demands, for a request that is refused before its use case runs.

    Raises:
        Unauthenticated, NotAllowed, RateLimited
    """
    demand = _DEMANDS.get(request.scope["route"].endpoint)
    if demand is not None:
        person = signed_in(request if isinstance(request, Call) else Call(request.scope, request.receive))
        person.check()


def signed_in(call: Call) -> Person:
    """Return who is signed in, as their token says.

    Raises:
        SignInMissing, SignInMalformed, SignInInvalid: there is no valid token.
        ForeignOrigin: a page of another site sent the request with our cookie.
    """
    person = Person(call, _read_token(call), _DEMANDS.get(call.scope["route"].endpoint, Demand()))
    call.on_behalf_of(f"account {person.identity.account_id}")
    if call.scope["method"] != "POST":
        # To do the others once more does no harm, and stored answers are room that anyone who signs up could fill.
        call.drop_idempotency_key()
    return person


def maybe_signed_in(call: Call) -> Identity | None:
    """Return who is signed in, for public routes: an invalid token counts as none.

    The session is not checked, and the account may be gone by now: a route that shows more to someone than to all asks
    `sessions.signed_in`.
    """
    try:
        identity = _read_token(call).identity
    except (Unauthenticated, ForeignOrigin):
        call.on_behalf_of(f"address {call.network}")
        return None
    call.on_behalf_of(f"account {identity.account_id}")
    return identity


def recognised(headers: Mapping[str, str]) -> Identity | None:
    """Return whose cookie a browser has sent, for a page that greets them; it entitles them to nothing.

    Args:
        headers: of the request, by their names in lower case.
    """
    text = read_cookie(headers, COOKIE)
    try:
        return _verified(text).identity if text else None
    except Unauthenticated:
        return None


class Person:
    """Someone who is signed in and calls a route.

    Attributes:
        identity: as the token says; that the session is open is known when the use case ends.
    """

    def __init__(self, call: Call, token: AccessToken, demand: Demand) -> None:
        self._call = call
        self._token = token
        self._demand = demand
        self.identity = token.identity

    @property
    def is_due_for_reissue(self) -> bool:
        return self._token.is_due_for_reissue(datetime.now(UTC))

    def act(self, use_case: PersonalUseCase, *, stored: bool = True) -> Response:
        """Run an action and answer with its result; a retry with the same idempotency key gets the stored answer."""
        return self._call.act(self._checking(use_case), stored=stored)

    def look(self, use_case: PersonalUseCase) -> Response:
        """Answer with the result of a use case that writes nothing: one round trip."""
        return self.renewed(self._call.look(self._checking(use_case)))

    def read(self, use_case: Callable[[Tx, Identity], T]) -> T:
        """Return the result of a use case that writes nothing, for a route that builds its own answer."""
        return self._call.read(self._checking(use_case))

    def run(self, use_case: Callable[[Tx, Identity], T]) -> T:
        """Return the result of an action, for a route that builds its own answer."""
        return action.run_action(self._checking(use_case))

    def renewed(self, response: Response) -> Response:
        """Let the session last on if its cookie is older than twelve hours: the response then brings a new one.

        Who sends the token in a header gets a new one from /api/auth/me.
        """
        if self.is_due_for_reissue and "authorization" not in self._call.sent_headers:
            token = action.run_action(lambda tx: sessions.renew(tx, self.identity), while_frozen=True)
            return with_cookie(self._call, response, token) if token else response
        return response

    def check(self) -> None:
        """Check the session and count the request.

        Raises:
            Unauthenticated, NotAllowed, RateLimited
        """
        self.run(lambda tx, me: None)

    def _limits(self) -> Iterator[RateLimit]:
        if not self._demand.always and self._call.scope["method"] not in ("GET", "HEAD"):
            yield accounts.writes
            yield from accounts.writes_of_address
            if self._call.has_idempotency_key:
                yield accounts.stored_answers
        if self._demand.limit is not None:
            yield self._demand.limit

    def _checking(self, use_case: Callable[[Tx, Identity], T]) -> Callable[[Tx], T]:
        def run(tx: Tx) -> T:
            tx.about = self.identity.account_id
            with ExitStack() as checks:
                # The session's refusal comes before the limit's: entered first, it is left last and has the last word.
                checks.enter_context(sessions.signed_in(tx, self.identity, as_administrator=self._demand.administrator))
                for limit in self._limits():
                    key = self._call.network if limit.per == "ip" else str(self.identity.account_id)
                    checks.enter_context(limited(tx, limit, key))
                return use_case(tx, self.identity)

        return run


def calling_device(call: Call) -> Device:
    """Return what sessions and devices of the caller are recognised by."""
    return Device(call.address or "", call.sent_headers.get("user-agent", "")[:LONGEST_USER_AGENT])


def limit_address(call: Call, limit: RateLimit) -> Callable[[Callable[[Tx], T]], Callable[[Tx], T]]:
    """Return what makes a use case count against a limit per address, within its own round trips."""

    def limiting(use_case: Callable[[Tx], T]) -> Callable[[Tx], T]:
        def run(tx: Tx) -> T:
            with limited(tx, limit, call.network):
                return use_case(tx)

        return run

    return limiting


def with_cookie(call: Call, response: Response, token: str) -> Response:
    """Add a session's token to a response, as a cookie; "" deletes the cookie."""
    ending = "; Secure" if call.public_url.startswith("https:") else ""
    lasting = int(tokens.LIFETIME.total_seconds()) if token else 0
    cookie = f"{COOKIE}={token}; Path=/; Max-Age={lasting}; HttpOnly; SameSite=Lax{ending}"
    response.headers.append("Set-Cookie", cookie)
    return response


def refuse_other_sites(call: Call) -> None:
    """Refuse what a page of another site sends without a cookie, from the addresses of all who look at it.

    It could sign someone in with its own account, say, to see what they write there, or count shares.

    Raises:
        ForeignOrigin
    """
    origin = call.sent_headers.get("origin")
    allowed = (call.origin, *settings.cors_origins)
    if origin is not None and origin not in allowed:
        raise ForeignOrigin


def _read_token(call: Call) -> AccessToken:
    header = call.sent_headers.get("authorization")
    if header is not None:
        scheme, _, text = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not text.strip() or " " in text.strip():
            raise SignInMalformed
        return _verified(text.strip())
    text = read_cookie(call.sent_headers, COOKIE)
    if not text:
        raise SignInMissing
    if call.scope["method"] not in ("GET", "HEAD") and not _is_from_our_pages(call):
        raise ForeignOrigin
    return _verified(text)


def _verified(text: str) -> AccessToken:
    try:
        return tokens.read_access(ring(tokens.ACCESS), text, datetime.now(UTC))
    except ExpiredToken as error:
        raise SignInExpired from error
    except InvalidToken as error:
        raise SignInInvalid from error


def _is_from_our_pages(call: Call) -> bool:
    """Tell whether a page of ours sent a write with a cookie: other sites can send neither our Origin nor JSON."""
    origin = call.sent_headers.get("origin", "")
    is_json = call.sent_headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    return is_json and origin == call.origin
