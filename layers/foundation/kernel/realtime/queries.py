"""Queries on the tables signing_keys and stream_clients."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.database import Cursor, Tx


def find_signing_key(tx: Tx, purpose: str) -> Cursor:
    return tx.execute("SELECT key FROM signing_keys WHERE purpose = %s", (purpose,))


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


def delete_clients_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM stream_clients WHERE seen_at < %s", (moment,))
