"""Tickets: short-lived permissions to listen, for clients that must not hold a key, such as a browser on a stream.

A ticket contains its expiry time and a signature; nothing is stored.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_bytes

from kernel.database import Tx
from kernel.keys.models import KeyHolder
from kernel.realtime import queries

PURPOSE = "tickets"
HOLDER = KeyHolder("ticket", "viewer")
"""The identity of every client with a ticket."""

_FORM = re.compile(r"([\w-]{32})\.([\w-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A signed ticket."""

    text: str
    expires_at: datetime


def issue_ticket(tx: Tx, ttl: timedelta) -> Ticket:
    """Return a ticket that is valid from now on for `ttl`, to the second."""
    expires_at = (tx.now + ttl).replace(microsecond=0)
    return Ticket(write_ticket(find_key(tx), expires_at, token_bytes(16)), expires_at)


def find_key(tx: Tx) -> bytes:
    """Return the key that signs tickets."""
    row = queries.find_signing_key(tx, PURPOSE).fetchone()
    assert row is not None
    return row["key"]


def write_ticket(key: bytes, expires_at: datetime, number: bytes) -> str:
    """Return the text of a ticket.

    Args:
        number: 16 bytes that make the ticket unique.
    """
    body = _text(int(expires_at.timestamp()).to_bytes(8) + number)
    return f"{body}.{_signature(key, body)}"


def read_ticket(key: bytes, text: str) -> datetime | None:
    """Return when the ticket expires; None if we did not sign it."""
    form = _FORM.fullmatch(text)
    if form is None or not hmac.compare_digest(_signature(key, form[1]), form[2]):
        return None
    return datetime.fromtimestamp(int.from_bytes(urlsafe_b64decode(form[1])[:8]), UTC)


def _signature(key: bytes, body: str) -> str:
    return _text(hmac.digest(key, body.encode(), sha256))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
