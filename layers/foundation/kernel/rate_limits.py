"""Rate limits that hold across environments: a window begins with a key's first request and lasts for its length.

Requests beyond the limit do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Any, Literal, LiteralString

from msgspec import Struct

from kernel.database import Cursor, Tx, declare_race
from kernel.errors import DomainError, TooSoon

declare_race("rate_windows_pkey")  # of two first requests that are held in the same moment

MINUTE = timedelta(minutes=1)

Per = Literal["ip", "user"]
"""Whose requests a limit counts: an address's, or an account's."""


class RateLimit(Struct, frozen=True):
    """How many requests of a scope a key may send in a window."""

    scope: LiteralString
    requests: int
    window: timedelta = MINUTE
    per: Per = "user"


class RateLimited(TooSoon):
    """There were too many requests lately."""

    code = "rate_limited"
    capital_code = "AUTH_RATE_LIMITED"
    message = "Too many requests. Try again in {seconds} seconds."

    def __init__(self, *, seconds: int, per: Per, **details: str) -> None:
        super().__init__(seconds=seconds, **details)
        self.seconds = seconds
        self.per: Per = per


def network_of(address: str | None) -> str:
    """Return what counts as one address: of IPv6, the 64 bits that one household has all addresses of."""
    if not address or ":" not in address:
        return address or ""
    try:
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except OSError:
        return address
    return (
        inet_ntop(AF_INET, packed[12:])
        if packed[:12] == _MAPPED
        else f"{inet_ntop(AF_INET6, packed[:8] + bytes(8))}/64"
    )


_MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv4 address begins in IPv6."""


@contextmanager
def limited(
    tx: Tx, limit: RateLimit, key: str, *, counts_refused: bool = True, key_of: LiteralString = "SELECT %(key)s"
) -> Generator[None]:
    """Wrap what a request does: count it with the first query, and refuse it at the end if there were too many.

    Refused requests count as well, but for those of someone who turns out not to be signed in.

    Args:
        counts_refused: False for what may be tried again at once when it was refused.
        key_of: a query for the key that is counted, one text, by `%(key)s`.

    Raises:
        RateLimited: also instead of another refusal.
    """
    count = _count(tx, limit, key, key_of, counts_refused=counts_refused)
    began = _find_beginning(tx, limit, key, key_of)
    try:
        yield
    except DomainError:
        _check(tx, limit, count, began)
        raise
    _check(tx, limit, count, began)


def ask_left(tx: Tx, limit: RateLimit, key: str, key_of: LiteralString) -> Callable[[], None]:
    """Ask whether something is left of what may be spent in a window; the answer comes with the next round trip.

    This locks nothing: those who ask at the same moment may spend a little more than there was.

    Returns:
        What raises RateLimited if nothing is left.
    """
    spent = tx.execute(
        """
        SELECT window_began_at FROM kernel.rate_windows
        WHERE scope = %(scope)s AND key = ("""
        + key_of
        + """) AND requests >= %(most)s AND window_began_at > %(over)s AND window_began_at <= %(ahead)s
        """,
        _parameters(tx, limit, key),
    )

    def check() -> None:
        row = spent.fetchone()
        if row is not None:
            raise RateLimited(seconds=_seconds_left(tx, limit, row["window_began_at"]), per=limit.per)

    return check


def hold(tx: Tx, limit: RateLimit, key: str, key_of: LiteralString = "SELECT %(key)s") -> Callable[[], None]:
    """Ask whether one more request may come, which is counted only if it does: for what is known after the first read.

    Others who hold the same key wait until this transaction ends.

    Returns:
        What counts the request, or raises RateLimited; the answer comes with the next round trip.
    """
    parameters = _parameters(tx, limit, key)
    held = tx.execute(
        """
        SELECT window_began_at, requests < %(most)s AS has_room,
               window_began_at > %(over)s AND window_began_at <= %(ahead)s AS goes_on
        FROM kernel.rate_windows WHERE scope = %(scope)s AND key = ("""
        + key_of
        + ") FOR UPDATE",
        parameters,
    )

    def count() -> None:
        row = held.fetchone()
        if row is None:
            # Without ON CONFLICT: of two who both found nothing, one is repeated, and finds the other's.
            first: LiteralString = "INSERT INTO kernel.rate_windows (key, scope, window_began_at, requests) "
            first += "SELECT found.key, %(scope)s, %(now)s, 1 FROM ("
            tx.execute(first + key_of + ") AS found (key)", parameters)
        elif row["goes_on"] and not row["has_room"]:
            raise RateLimited(seconds=_seconds_left(tx, limit, row["window_began_at"]), per=limit.per)
        else:
            spend(tx, limit, key, key_of, 1)

    return count


def forget(tx: Tx, limit: RateLimit, key: str, counted_at: datetime) -> None:
    """Forget the window in which a request was counted, if no other has begun since: the request shall not count."""
    tx.execute(
        "DELETE FROM kernel.rate_windows WHERE scope = %s AND key = %s AND window_began_at <= %s",
        (limit.scope, key, counted_at),
    )


def spend(tx: Tx, limit: RateLimit, key: str, key_of: LiteralString, amount: int) -> None:
    """Count what was spent, even beyond the limit. Write it last: others wait for the row until the commit."""
    parameters = {**_parameters(tx, limit, key), "amount": amount}
    tx.execute(_COUNT + key_of + _SAME_WINDOW, {**parameters, "most": _ANY})


def _count(tx: Tx, limit: RateLimit, key: str, key_of: LiteralString, *, counts_refused: bool) -> Cursor:
    """Count a request; returns no row if there were too many."""
    execute = tx.execute_even_if_refused if counts_refused else tx.execute
    return execute(_COUNT + key_of + _SAME_WINDOW + " RETURNING requests", {**_parameters(tx, limit, key), "amount": 1})


# A window that begins later than a request is another one's of the same moment, unless a clock was far ahead.
_COUNT: LiteralString = """
    INSERT INTO kernel.rate_windows AS known (scope, key, window_began_at, requests)
    SELECT %(scope)s, found.key, %(now)s, %(amount)s FROM ("""
_SAME_WINDOW: LiteralString = """) AS found (key)
    ON CONFLICT (scope, key) DO UPDATE SET
        window_began_at = CASE WHEN known.window_began_at <= %(over)s OR known.window_began_at > %(ahead)s
                          THEN excluded.window_began_at ELSE known.window_began_at END,
        requests = CASE WHEN known.window_began_at <= %(over)s OR known.window_began_at > %(ahead)s
                   THEN excluded.requests ELSE known.requests + excluded.requests END
    WHERE known.window_began_at <= %(over)s OR known.window_began_at > %(ahead)s OR known.requests < %(most)s
"""
_ANY = 1 << 30
"""More than is ever spent, and less than the column holds."""


def _parameters(tx: Tx, limit: RateLimit, key: str) -> dict[str, Any]:
    return {
        "scope": limit.scope,
        "key": key,
        "now": tx.now,
        "over": tx.now - limit.window,
        "ahead": tx.now + limit.window,
        "most": limit.requests,
    }


def _find_beginning(tx: Tx, limit: RateLimit, key: str, key_of: LiteralString) -> Cursor:
    return tx.execute(
        "SELECT window_began_at FROM kernel.rate_windows WHERE scope = %(scope)s AND key = (" + key_of + ")",
        {"scope": limit.scope, "key": key},
    )


def _check(tx: Tx, limit: RateLimit, count: Cursor, began: Cursor) -> None:
    if count.fetchone() is not None:
        return
    row = began.fetchone()
    raise RateLimited(seconds=_seconds_left(tx, limit, row["window_began_at"]) if row else 1, per=limit.per)


def _seconds_left(tx: Tx, limit: RateLimit, began: datetime) -> int:
    waited = max(tx.now - began, timedelta(0))
    return max(1, ceil((limit.window - waited).total_seconds()))
