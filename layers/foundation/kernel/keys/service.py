"""Letting callers in."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from kernel.database import Tx
from kernel.keys import queries
from kernel.keys.models import AuthenticationResult, KeyHolder, KeyInfo, NoSuchKey, OwnKey, Role

FAILURE_WINDOW = timedelta(minutes=5)
FAILURES_TO_WARN = 5
FAILURES_TO_IGNORE = 100
"""From here on an address is guessing: its keys are not even looked up until the window has passed."""


def digest(api_key: str) -> str:
    """What is stored of a key. Keys are long and random, so a plain hash gives nothing away."""
    return sha256(api_key.encode(errors="surrogatepass")).hexdigest()


def authenticate(tx: Tx, api_key: str, address: str) -> AuthenticationResult:
    """Find the key's holder. One round trip for a good key, two for a bad one, which is counted."""
    since = tx.now - FAILURE_WINDOW
    found = queries.find_key(tx, digest(api_key))
    failures = queries.read_failures(tx, address, since).fetchone()
    attempts = failures["attempts"] if failures else 0
    row = found.fetchone()
    if row and attempts < FAILURES_TO_IGNORE:
        return AuthenticationResult(KeyHolder(row["name"], row["role"]), attempts)
    queries.count_failure(tx, address, since)
    return AuthenticationResult(None, attempts + 1)


def store(tx: Tx, key_hash: str, name: str, role: Role) -> None:
    """Let the key with this hash in; a name that had another key before has only the new one now."""
    queries.upsert_key(tx, key_hash, name, role)


def create(tx: Tx, name: str, role: Role) -> str:
    """A new key, which nobody can look up later; the name's earlier one ends."""
    key = token_urlsafe(32)
    store(tx, digest(key), name, role)
    return key


def list_all(tx: Tx) -> list[KeyInfo]:
    return [KeyInfo(**row) for row in queries.list_keys(tx).fetchall()]


def revoke(tx: Tx, name: str, caller: str) -> None:
    """The gateway remembers whom it has let in: the key works for up to five minutes more.

    Args:
        caller: name of the key that asks for it, which must not be the one, or nobody might be left.

    Raises:
        NoSuchKey, OwnKey
    """
    if name == caller:
        raise OwnKey(name=name)
    if queries.revoke_key(tx, name).fetchone() is None:
        raise NoSuchKey(name=name)


def delete_old_failures(tx: Tx) -> None:
    """Drop what no window counts any more."""
    queries.delete_failures_before(tx, tx.now - FAILURE_WINDOW)
