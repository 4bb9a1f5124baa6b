"""Queries on the tables api_keys and failed_keys."""

from __future__ import annotations

from datetime import datetime

from kernel.database import Cursor, Tx


def find_key(tx: Tx, key_hash: str) -> Cursor:
    return tx.execute("SELECT name, role FROM api_keys WHERE key_hash = %s AND revoked_at IS NULL", (key_hash,))


def read_failures(tx: Tx, address: str, since: datetime) -> Cursor:
    return tx.execute("SELECT attempts FROM failed_keys WHERE address = %s AND window_start > %s", (address, since))


def count_failure(tx: Tx, address: str, since: datetime) -> None:
    tx.execute(
        """
        INSERT INTO failed_keys (address, attempts, window_start) VALUES (%(address)s, 1, %(now)s)
        ON CONFLICT (address) DO UPDATE
        SET attempts = CASE WHEN failed_keys.window_start > %(since)s THEN failed_keys.attempts + 1 ELSE 1 END,
            window_start = CASE WHEN failed_keys.window_start > %(since)s THEN failed_keys.window_start ELSE %(now)s END
        """,
        {"address": address, "now": tx.now, "since": since},
    )


def upsert_key(tx: Tx, key_hash: str, name: str, role: str) -> None:
    """Store a key, replacing the one with this name and the one with this hash."""
    tx.execute("DELETE FROM api_keys WHERE name = %s OR key_hash = %s", (name, key_hash))
    tx.execute(
        "INSERT INTO api_keys (key_hash, name, role, created_at) VALUES (%s, %s, %s, %s)",
        (key_hash, name, role, tx.now),
    )


def list_keys(tx: Tx) -> Cursor:
    """Return rows of `name`, `role`, `created_at` and `revoked_at`, sorted by name."""
    return tx.execute("SELECT name, role, created_at, revoked_at FROM api_keys ORDER BY name")


def revoke_key(tx: Tx, name: str) -> Cursor:
    """Revoke a key; return a row if there was an active one."""
    return tx.execute(
        "UPDATE api_keys SET revoked_at = %s WHERE name = %s AND revoked_at IS NULL RETURNING name", (tx.now, name)
    )


def delete_failures_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM failed_keys WHERE window_start < %s", (moment,))
