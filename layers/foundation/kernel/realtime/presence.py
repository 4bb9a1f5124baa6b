"""Who listens to the stream: each listener's row is renewed as long as it does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from kernel.database import Tx
from kernel.realtime import queries

RENEW_INTERVAL = timedelta(seconds=30)
PRESENCE_TTL = timedelta(seconds=90)
"""Whoever has not been heard of for so long is gone, though nobody could say so."""


def renew(tx: Tx, client_ids: Iterable[UUID]) -> None:
    """These listen, or still do."""
    queries.upsert_clients(tx, list(client_ids))


def leave(tx: Tx, client_id: UUID) -> None:
    queries.delete_client(tx, client_id)


def count_listeners(tx: Tx) -> int:
    row = queries.count_clients_since(tx, tx.now - PRESENCE_TTL).fetchone()
    assert row is not None
    return row["clients"]


def delete_silent(tx: Tx) -> None:
    """Drop whom nobody counts any more."""
    queries.delete_clients_before(tx, tx.now - PRESENCE_TTL)
