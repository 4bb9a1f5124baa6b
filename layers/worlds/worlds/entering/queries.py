"""SQL on worlds.whereabouts."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.world import queries as worlds


def save_choice(tx: Tx, account_id: UUID, world_id: UUID, character_id: UUID | None) -> None:
    tx.execute(
        """
        INSERT INTO worlds.whereabouts (account_id, world_id, character_id, since) VALUES (%s, %s, %s, %s)
        ON CONFLICT (account_id) DO UPDATE SET
            world_id = excluded.world_id, character_id = excluded.character_id, since = excluded.since
        """,
        (account_id, world_id, character_id, tx.now),
    )


def find_choice(tx: Tx, account_id: UUID) -> Cursor:
    """Return one row: chosen_id, the character; `connected`; and the world's columns, null without a choice."""
    return tx.execute(
        "SELECT h.character_id AS chosen_id, EXISTS (SELECT FROM worlds.connections AS k"
        " WHERE k.account_id = %(account)s AND k.closing IS NULL) AS connected, "
        + worlds.COLUMNS
        + """
        FROM (SELECT 1) AS one
        LEFT JOIN worlds.whereabouts AS h ON h.account_id = %(account)s
        LEFT JOIN worlds.worlds AS w ON w.world_id = h.world_id
        """,
        {"account": account_id},
    )
