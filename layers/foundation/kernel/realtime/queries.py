"""Queries on the tables signing_keys, retired_signing_keys and stream_clients."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.retention import delete_part


def list_signing_keys(tx: Tx, purpose: str) -> Cursor:
    """Return rows of `key`: the one to sign with, and then those whose signatures are still valid."""
    return tx.execute(
        """
        SELECT key FROM (
            SELECT key, 'infinity' AS retires_at FROM signing_keys WHERE purpose = %(purpose)s
            UNION ALL
            SELECT key, retires_at FROM retired_signing_keys WHERE purpose = %(purpose)s AND retires_at > %(now)s
        ) AS valid
        ORDER BY retires_at DESC
        """,
        {"purpose": purpose, "now": tx.now},
    )


def replace_signing_key(tx: Tx, purpose: str, key: bytes, retires_at: datetime) -> None:
    """Sign with another key from now on; signatures of the earlier ones are valid until `retires_at` at most."""
    tx.execute(
        """
        INSERT INTO retired_signing_keys (key, purpose, retires_at)
        SELECT key, purpose, %(retires_at)s FROM signing_keys WHERE purpose = %(purpose)s FOR UPDATE
        """,
        {"purpose": purpose, "retires_at": retires_at},
    )
    tx.execute(
        "UPDATE retired_signing_keys SET retires_at = %(retires_at)s"
        " WHERE purpose = %(purpose)s AND retires_at > %(retires_at)s",
        {"purpose": purpose, "retires_at": retires_at},
    )
    tx.execute("UPDATE signing_keys SET key = %s, created_at = %s WHERE purpose = %s", (key, tx.now, purpose))


def delete_keys_retired_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "retired_signing_keys", "retires_at < %(moment)s", {"moment": moment})


def upsert_clients(tx: Tx, client_ids: list[UUID]) -> None:
    tx.execute(
        """
        INSERT INTO stream_clients (client_id, connected_at, seen_at)
        SELECT client_id, %(now)s, %(now)s FROM unnest(%(client_ids)s::uuid[]) AS client_id
        ORDER BY client_id
        ON CONFLICT (client_id) DO UPDATE SET seen_at = excluded.seen_at
        """,
        {"client_ids": client_ids, "now": tx.now},
    )


def delete_client(tx: Tx, client_id: UUID) -> None:
    tx.execute("DELETE FROM stream_clients WHERE client_id = %s", (client_id,))


def count_clients_since(tx: Tx, moment: datetime) -> Cursor:
    """Return one row: `clients`."""
    return tx.execute("SELECT count(*) AS clients FROM stream_clients WHERE seen_at >= %s", (moment,))


def delete_clients_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "stream_clients", "seen_at < %(moment)s", {"moment": moment})
