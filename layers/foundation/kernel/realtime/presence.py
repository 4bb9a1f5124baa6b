"""The listeners of the stream: each has a row that is renewed while it is connected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from kernel.database import Tx
from kernel.realtime import queries

RENEW_INTERVAL = timedelta(seconds=30)
PRESENCE_TTL = timedelta(seconds=90)
"""A listener whose row has not been renewed for this long is gone."""


def renew(tx: Tx, client_ids: Iterable[UUID]) -> None:
    """Add or renew the rows of these listeners."""
    queries.upsert_clients(tx, list(client_ids))


def leave(tx: Tx, client_id: UUID) -> None:
    """Delete the row of a listener that has disconnected."""
    queries.delete_client(tx, client_id)


def count_listeners(tx: Tx) -> int:
    """Return the number of listeners."""
    row = queries.count_clients_since(tx, tx.now - PRESENCE_TTL).fetchone()
    assert row is not None
    return row["clients"]


def delete_silent(tx: Tx) -> bool:
    """Delete the rows of listeners that are gone."""
    return queries.delete_clients_before(tx, tx.now - PRESENCE_TTL)
