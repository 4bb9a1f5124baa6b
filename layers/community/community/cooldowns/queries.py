"""cooldowns. A row whose time has come counts as none; without a user it is for everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.database import Cursor, Tx


def lock(tx: Tx, key: int) -> None:
    """Until the transaction ends. A statement of its own: whoever waited here then reads what the other has left."""
    tx.execute("SELECT pg_advisory_xact_lock(%s)", (key,))


def find_end_for_everyone(tx: Tx, action: str) -> Cursor:
    """Rows: `expires_at`."""
    return tx.execute("SELECT expires_at FROM cooldowns WHERE user_id IS NULL AND action_key = %s", (action,))


def upsert_cooldown(tx: Tx, user_id: UUID | None, action: str, expires_at: datetime) -> None:
    tx.execute(
        """
        INSERT INTO cooldowns (user_id, action_key, created_at, expires_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT ON CONSTRAINT cooldowns_one_per_action DO UPDATE
        SET created_at = excluded.created_at, expires_at = excluded.expires_at
        """,
        (user_id, action, tx.now, expires_at),
    )


def delete_cooldown(tx: Tx, user_id: UUID | None, action: str) -> None:
    if user_id is None:
        tx.execute("DELETE FROM cooldowns WHERE user_id IS NULL AND action_key = %s", (action,))
    else:
        tx.execute("DELETE FROM cooldowns WHERE user_id = %s AND action_key = %s", (user_id, action))


def move_cooldowns(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Of two for one action the one that ends last stays. The rows moved from go with their player's."""
    tx.execute(
        """
        INSERT INTO cooldowns AS kept (user_id, action_key, created_at, expires_at)
        SELECT %s, action_key, created_at, expires_at FROM cooldowns WHERE user_id = %s
        ON CONFLICT ON CONSTRAINT cooldowns_one_per_action DO UPDATE
        SET created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE kept.expires_at < excluded.expires_at
        """,
        (to_id, from_id),
    )


def delete_expired(tx: Tx) -> None:
    tx.execute("DELETE FROM cooldowns WHERE expires_at <= %s", (tx.now,))
