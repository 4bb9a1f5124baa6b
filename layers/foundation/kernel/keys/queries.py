"""Queries on the table api_keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kernel.database import Cursor, Tx
from kernel.locks import lock_name

if TYPE_CHECKING:
    from kernel.keys.models import Role


def list_hashes(tx: Tx) -> Cursor:
    """Return rows of `key_hash`, `name`, `role` and `revoked_at`."""
    return tx.execute("SELECT key_hash, name, role, revoked_at FROM api_keys")


def lock_keys(tx: Tx) -> None:
    """Serialise changes of keys. A separate statement, so that the next one sees what the last change committed."""
    lock_name(tx, "api keys")


def insert_key(tx: Tx, key_hash: str, name: str, role: str) -> None:
    tx.execute(
        "INSERT INTO api_keys (key_hash, name, role, created_at) VALUES (%s, %s, %s, %s)",
        (key_hash, name, role, tx.now),
    )


def insert_unknown_key(tx: Tx, key_hash: str, name: str, role: str) -> None:
    """Store a key unless it was ever stored, under the first of `name`, `name`-2, `name`-3, ... that is free."""
    tx.execute(
        """
        INSERT INTO api_keys (key_hash, name, role, created_at)
        SELECT %(key_hash)s, candidate, %(role)s, %(now)s
        FROM generate_series(1, 1 + (SELECT count(*) FROM api_keys)) AS n,
             LATERAL (SELECT %(name)s || CASE n WHEN 1 THEN '' ELSE '-' || n END AS candidate) AS named
        WHERE NOT EXISTS (SELECT FROM api_keys WHERE lower(rtrim(name)) = candidate AND revoked_at IS NULL)
        ORDER BY n LIMIT 1
        ON CONFLICT (key_hash) DO NOTHING
        """,
        {"key_hash": key_hash, "name": name, "role": role, "now": tx.now},
    )


def list_keys(tx: Tx) -> Cursor:
    """Return rows of `name`, `role`, `created_at` and `revoked_at`, sorted by name, the latest of a name first."""
    return tx.execute("SELECT name, role, created_at, revoked_at FROM api_keys ORDER BY name, created_at DESC")


def list_revoked(tx: Tx, names: Sequence[str]) -> Cursor:
    """Return rows of `name`, sorted: those of the names whose keys are all revoked."""
    return tx.execute(
        """
        SELECT name FROM api_keys WHERE name = ANY (%s)
        GROUP BY name HAVING bool_and(coalesce(revoked_at <= %s, false)) ORDER BY name
        """,
        (list(names), tx.now),
    )


def revoke_keys(tx: Tx, name: str, moment: datetime) -> Cursor:
    """Revoke the keys of a name from a moment on; return rows of `role`, one for each that would have lasted longer.

    Names are compared without case. They once could end with blanks.
    """
    return tx.execute(
        """
        UPDATE api_keys SET revoked_at = %(moment)s
        WHERE lower(rtrim(name)) = lower(%(name)s) AND (revoked_at IS NULL OR revoked_at > %(moment)s)
        RETURNING role
        """,
        {"name": name, "moment": moment},
    )


def find_administrator(tx: Tx) -> Cursor:
    """Return a row if there is an administrator's key without an end."""
    return tx.execute("SELECT FROM api_keys WHERE role = 'admin' AND revoked_at IS NULL LIMIT 1")


def find_active(tx: Tx, key_hash: str, role: Role | None) -> Cursor:
    """Return a row if the key with this hash still works, and has this role if one is given.

    By the later of two clocks: a transaction that waited for the lock is older than what it waited for.
    """
    return tx.execute(
        """
        SELECT FROM api_keys
        WHERE key_hash = %s AND role = coalesce(%s, role)
            AND (revoked_at IS NULL OR revoked_at > greatest(%s, clock_timestamp()))
        """,
        (key_hash, role, tx.now),
    )
