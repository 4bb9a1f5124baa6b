"""Creating, checking and revoking API keys."""

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
"""With this many failures an address is ignored, even with a valid key, until the window has passed."""


def digest(api_key: str) -> str:
    """Return the hash to store for a key. Keys are long and random, so a plain hash is safe."""
    return sha256(api_key.encode(errors="surrogatepass")).hexdigest()


def authenticate(tx: Tx, api_key: str, address: str) -> AuthenticationResult:
    """Find the key's holder. A valid key takes one round trip; a wrong one takes two and is counted."""
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
    """Accept the key with this hash; it replaces an earlier key of the same name."""
    queries.upsert_key(tx, key_hash, name, role)


def create(tx: Tx, name: str, role: Role) -> str:
    """Return a new key, which cannot be looked up later; it replaces an earlier key of the same name."""
    key = token_urlsafe(32)
    store(tx, digest(key), name, role)
    return key


def list_all(tx: Tx) -> list[KeyInfo]:
    """Return all keys, sorted by name."""
    return [KeyInfo(**row) for row in queries.list_keys(tx).fetchall()]


def revoke(tx: Tx, name: str, caller: str) -> None:
    """Revoke a key. Authorizer and gateway cache accepted keys, five minutes each, so it works for up to ten more.

    Args:
        caller: the name of the key that the call is made with; it cannot be revoked, so one administrator remains.

    Raises:
        NoSuchKey, OwnKey
    """
    if name == caller:
        raise OwnKey(name=name)
    if queries.revoke_key(tx, name).fetchone() is None:
        raise NoSuchKey(name=name)


def delete_old_failures(tx: Tx) -> None:
    """Delete failures that are outside every window."""
    queries.delete_failures_before(tx, tx.now - FAILURE_WINDOW)
