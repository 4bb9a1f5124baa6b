"""Tickets: short-lived permissions to listen, for clients that must not hold a key, such as a browser on a stream.

A ticket contains its expiry time, how long it lasts and a signature; nothing is stored. When the signing key is
replaced, tickets of the earlier one stay valid until they expire.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_bytes

from msgspec import Struct

from kernel.database import Tx
from kernel.keys.models import KeyHolder
from kernel.realtime import queries

PURPOSE = "tickets"
HOLDER = KeyHolder("ticket", "viewer")
"""The identity of every client with a ticket."""

LONGEST = timedelta(days=1)
"""The longest time for which a ticket is issued."""
CLOCK_TOLERANCE = timedelta(seconds=10)
"""How far the clocks of two environments may differ."""

_TIME_BYTES, _LENGTH_BYTES = 5, 3
_FORM = re.compile(r"([\w-]{32})\.([\w-]{43})", re.ASCII)


class Ticket(Struct, frozen=True):
    """A signed ticket."""

    text: str
    expires_at: datetime


def issue_ticket(tx: Tx, ttl: timedelta) -> Ticket:
    """Return a ticket that is valid from now on for `ttl`, to the second, which is at most `LONGEST`."""
    expires_at = (tx.now + ttl).replace(microsecond=0)
    return Ticket(write_ticket(find_keys(tx)[0], expires_at, ttl, token_bytes(16)), expires_at)


def rotate_key(tx: Tx, *, leaked: bool = False) -> None:
    """Sign tickets with a new key from now on.

    Args:
        leaked: whether tickets of the earlier keys become invalid at once.
    """
    queries.replace_signing_key(tx, PURPOSE, token_bytes(32), tx.now if leaked else tx.now + LONGEST)


def find_keys(tx: Tx) -> tuple[bytes, ...]:
    """Return the keys whose tickets are valid; the first one signs."""
    return tuple(bytes(row["key"]) for row in queries.list_signing_keys(tx, PURPOSE))


def delete_retired_keys(tx: Tx) -> bool:
    """Delete the keys whose tickets have all expired."""
    return queries.delete_keys_retired_before(tx, tx.now)


def write_ticket(key: bytes, expires_at: datetime, ttl: timedelta, number: bytes) -> str:
    """Return the text of a ticket.

    Args:
        ttl: how long it lasts, in whole seconds.
        number: 16 bytes that make the ticket unique.
    """
    seconds, length = int(expires_at.timestamp()), int(ttl.total_seconds())
    body = _text(length.to_bytes(_LENGTH_BYTES) + seconds.to_bytes(_TIME_BYTES) + number)
    return f"{body}.{_signature(key, body)}"


def is_signed(keys: Iterable[bytes], text: str) -> bool:
    """Tell whether a ticket was signed with one of the keys."""
    form = _FORM.fullmatch(text)
    return form is not None and any(hmac.compare_digest(_signature(key, form[1]), form[2]) for key in keys)


def expiry_of(text: str) -> datetime:
    """Return when a signed ticket expires."""
    return _times_of(text)[1]


def is_current(text: str, now: datetime) -> bool:
    """Tell whether the time of a signed ticket has begun, and is not over.

    A ticket that begins later was issued while a clock was wrong. It must not last longer for that.
    """
    begins_at, expires_at = _times_of(text)
    return begins_at - CLOCK_TOLERANCE <= now < expires_at


def _times_of(text: str) -> tuple[datetime, datetime]:
    body = urlsafe_b64decode(text.partition(".")[0])
    length = timedelta(seconds=int.from_bytes(body[:_LENGTH_BYTES]))
    expires_at = datetime.fromtimestamp(int.from_bytes(body[_LENGTH_BYTES : _LENGTH_BYTES + _TIME_BYTES]), UTC)
    return expires_at - length, expires_at


def _signature(key: bytes, body: str) -> str:
    return _text(hmac.digest(key, body.encode(), sha256))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
