"""Tickets: short-lived leave to listen, for whoever must not hold a key, as a browser that many can look into.

A ticket says until when, and is signed; nothing is kept of it.
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
"""What all who come with a ticket are."""

_FORM = re.compile(r"([\w-]{32})\.([\w-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ticket:
    text: str
    expires_at: datetime


def issue_ticket(tx: Tx, ttl: timedelta) -> Ticket:
    """A ticket that is good from now on for so long, to the second."""
    expires_at = (tx.now + ttl).replace(microsecond=0)
    return Ticket(write_ticket(find_key(tx), expires_at, token_bytes(16)), expires_at)


def find_key(tx: Tx) -> bytes:
    """What tickets are signed with."""
    row = queries.find_signing_key(tx, PURPOSE).fetchone()
    assert row is not None
    return row["key"]


def write_ticket(key: bytes, expires_at: datetime, number: bytes) -> str:
    """
    Args:
        number: 16 bytes that make it differ from all others.
    """
    body = _text(int(expires_at.timestamp()).to_bytes(8) + number)
    return f"{body}.{_signature(key, body)}"


def read_ticket(key: bytes, text: str) -> datetime | None:
    """Until when the ticket is good; None: not one of ours."""
    form = _FORM.fullmatch(text)
    if form is None or not hmac.compare_digest(_signature(key, form[1]), form[2]):
        return None
    return datetime.fromtimestamp(int.from_bytes(urlsafe_b64decode(form[1])[:8]), UTC)


def _signature(key: bytes, body: str) -> str:
    return _text(hmac.digest(key, body.encode(), sha256))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
