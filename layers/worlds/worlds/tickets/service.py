"""Tickets: a minute to open a WebSocket on another host, which gets no cookie. Each is used once."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from kernel.accounts.models import Identity, SignInInvalid
from kernel.database import Tx
from kernel.retention import delete_part

LIFETIME: Final = timedelta(seconds=60)


def issue(tx: Tx, me: Identity) -> str:
    """Return a new ticket for a session."""
    text = token_urlsafe(24)
    tx.execute(
        "INSERT INTO worlds.tickets (ticket_hash, account_id, session_id, expires_at) VALUES (%s, %s, %s, %s)",
        (_hash(text), me.account_id, me.session_id, tx.now + LIFETIME),
    )
    return text


def redeem(tx: Tx, text: str) -> Identity:
    """Return whose ticket it was; it is gone now.

    Raises:
        SignInInvalid: there is no such ticket, or no longer.
    """
    row = tx.execute(
        "DELETE FROM worlds.tickets WHERE ticket_hash = %s RETURNING account_id, session_id, expires_at",
        (_hash(text),),
    ).fetchone()
    if row is None or row["expires_at"] <= tx.now:
        raise SignInInvalid
    return Identity(row["account_id"], row["session_id"])


def delete_of(tx: Tx, account_id: UUID) -> None:
    """Delete the tickets of an account; before its sessions are locked, as who connects with one does."""
    tx.execute("DELETE FROM worlds.tickets WHERE account_id = %s", (account_id,))


def delete_expired(tx: Tx) -> bool:
    """Delete some of the tickets that were never used; return whether there may be more."""
    return delete_part(tx, "worlds.tickets", "expires_at < %(now)s", {"now": tx.now})


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
