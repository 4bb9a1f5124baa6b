"""SQL on worlds.followed."""

from __future__ import annotations

from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx

SHOWN_AT: Final[LiteralString] = "(SELECT f.shown_at FROM worlds.followed AS f WHERE f.account_id = k.account_id)"
"""SQL expression over `k`, a row of connections: when the community last heard of them; null for those it may not."""
DELETE: Final[LiteralString] = "DELETE FROM worlds.followed WHERE account_id = %s RETURNING '{}'::jsonb"


def find_shown_at(tx: Tx, account_id: UUID) -> Cursor:
    """Return a row with `shown_at` if someone lets the community follow them."""
    return tx.execute("SELECT shown_at FROM worlds.followed WHERE account_id = %s", (account_id,))


def insert(tx: Tx, account_id: UUID) -> None:
    tx.execute(
        "INSERT INTO worlds.followed (account_id, shown_at) VALUES (%s, %s) ON CONFLICT (account_id) DO NOTHING",
        (account_id, tx.now),
    )


def set_shown(tx: Tx, account_id: UUID) -> None:
    tx.execute("UPDATE worlds.followed SET shown_at = %s WHERE account_id = %s", (tx.now, account_id))
