"""SQL on cooldowns. An expired row counts as none; a row without a user applies to everyone."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from community.players.selves import SELVES
from kernel.database import Cursor, Tx
from kernel.retention import delete_part
from kernel.stored_times import end_of

END_OF_OWN: LiteralString = (
    "SELECT " + end_of("c.created_at", "c.expires_at") + " FROM cooldowns c WHERE c.user_id = u.user_id"
    " AND c.action_key = %s"
)
"""SQL expression over `u`, a row of users. Its parameters are the current time and the action."""

REMEMBERED: LiteralString = "cooldowns"
"""The limit's name, with which cooldowns are remembered of accounts that do not play."""


def lock(tx: Tx, key: int) -> None:
    """Lock until the transaction ends. A separate statement, so that the next one sees what others committed."""
    tx.execute("SELECT pg_advisory_xact_lock(%s)", (key,))


def find_end_for_everyone(tx: Tx, action: str) -> Cursor:
    """Return rows with `expires_at`."""
    return tx.execute("SELECT expires_at FROM cooldowns WHERE user_id IS NULL AND action_key = %s", (action,))


def upsert_cooldown(tx: Tx, user_id: UUID, action: str, expires_at: datetime) -> None:
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
    else:  # for all of the person's players, because they share it
        tx.execute(
            "DELETE FROM cooldowns WHERE action_key = %s AND user_id = ANY (SELECT unnest("
            + SELVES
            + ") FROM users u WHERE u.user_id = %s)",
            (action, user_id),
        )


def move_cooldowns(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Copy cooldowns; of two for the same action, the later end stays. The old rows are deleted with their player."""
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


def delete_expired(tx: Tx) -> bool:
    return delete_part(tx, "cooldowns", "expires_at <= %(now)s", {"now": tx.now})
