"""Creating, checking and revoking API keys."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from kernel.database import Cursor, Tx
from kernel.errors import DomainError
from kernel.keys import queries
from kernel.keys.models import (
    CallerRevoked,
    KeyHolder,
    KeyInfo,
    LastAdministrator,
    NoSuchKey,
    OwnKey,
    Role,
    StoredKey,
)

FIRST_KEY = "admin"
"""The name of the first key of an installation."""
LONGEST_OVERLAP = timedelta(days=7)
"""How long a key may work beside the one that replaces it."""


def digest(api_key: str) -> str:
    """Return the hash to store for a key. Keys are long and random, so a plain hash is safe."""
    return sha256(api_key.encode(errors="surrogatepass")).hexdigest()


def read_all(tx: Tx) -> dict[str, StoredKey]:
    """Return all keys by their hash, revoked ones included."""
    return {
        row["key_hash"]: StoredKey(KeyHolder(row["name"], row["role"]), row["revoked_at"])
        for row in queries.list_hashes(tx).fetchall()
    }


@contextmanager
def administered(tx: Tx, key_hash: str) -> Generator[None]:
    """Wrap what only an administrator may do: `accepted`, if the caller's key is an administrator's.

    Raises:
        CallerRevoked
    """
    with accepted(tx, key_hash, role="admin"):
        yield


@contextmanager
def accepted(tx: Tx, key_hash: str, role: Role | None = None) -> Generator[None]:
    """Wrap what lasts longer than a key may, and refuse it at its end if the caller's key is no longer valid.

    The authorizer and the gateway remember accepted keys for minutes; this asks the database, along with the first
    query of what is wrapped.

    Args:
        key_hash: of the caller's key. Its name is not enough: another key may have that by now.
        role: which the key must have; None for any.

    Raises:
        CallerRevoked: also instead of another refusal, some of which save something.
    """
    caller = queries.find_active(tx, key_hash, role)
    try:
        yield
    except DomainError:
        _refuse_missing(caller)
        raise
    _refuse_missing(caller)


@contextmanager
def changed_by(tx: Tx, key_hash: str) -> Generator[None]:
    """Wrap a change of keys: `administered`, after all earlier changes, so that none of them revokes the caller's key.

    Raises:
        CallerRevoked
    """
    queries.lock_keys(tx)
    with administered(tx, key_hash):
        yield


def store(tx: Tx, key_hash: str, name: str, role: Role, overlap: timedelta = timedelta(0)) -> None:
    """Accept the key with this hash, which is new; it replaces an earlier key of the same name.

    Args:
        overlap: how long the earlier key still works.

    Raises:
        LastAdministrator: no administrator would be left.
    """
    queries.lock_keys(tx)
    ended = queries.revoke_keys(tx, name, tx.now + overlap)
    queries.insert_key(tx, key_hash, name, role)
    _any_ended(tx, ended, name)


def store_first(tx: Tx, key_hash: str) -> None:
    """Accept the key that an installation starts with, but only once: if it was revoked or replaced, it stays so."""
    queries.lock_keys(tx)
    queries.insert_unknown_key(tx, key_hash, FIRST_KEY, "admin")


def create(tx: Tx, name: str, role: Role, overlap: timedelta = timedelta(0)) -> str:
    """Return a new key, which cannot be looked up later; it replaces an earlier key of the same name.

    Args:
        overlap: how long the earlier key still works.

    Raises:
        LastAdministrator: it replaces the last administrator's key, and has another role.
    """
    key = token_urlsafe(32)
    store(tx, digest(key), name, role, overlap)
    return key


def find_revoked(tx: Tx, names: Sequence[str]) -> list[str]:
    """Return those of the names whose key has been revoked, sorted."""
    return [row["name"] for row in queries.list_revoked(tx, names).fetchall()]


def list_all(tx: Tx) -> list[KeyInfo]:
    """Return all keys, sorted by name."""
    return [KeyInfo(**row) for row in queries.list_keys(tx).fetchall()]


def revoke(tx: Tx, name: str, caller: str) -> None:
    """Revoke a key. Authorizer and gateway cache accepted keys, five minutes each, so it works for up to ten more.

    Args:
        caller: the name of the key that the call is made with, which cannot be revoked.

    Raises:
        NoSuchKey, OwnKey
        LastAdministrator: without `changed_by`, if the caller's own key has been revoked in the meantime.
    """
    if name.lower() == caller.strip().lower():
        raise OwnKey(name=name)
    queries.lock_keys(tx)
    if not _any_ended(tx, queries.revoke_keys(tx, name, tx.now), name):
        raise NoSuchKey(name=name)


def _refuse_missing(caller: Cursor) -> None:
    if caller.fetchone() is None:
        raise CallerRevoked


def _any_ended(tx: Tx, ended: Cursor, name: str) -> bool:
    """Return whether keys have ended, and refuse that of the last administrator.

    Args:
        ended: of `queries.revoke_keys`.

    Raises:
        LastAdministrator
    """
    administrator = queries.find_administrator(tx)
    roles = [row["role"] for row in ended.fetchall()]
    if "admin" in roles and administrator.fetchone() is None:
        raise LastAdministrator(name=name)
    return bool(roles)
