"""SQL of the chore that tells people of the weather."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.weather.news import NEWS
from worlds.world import queries as worlds


def lock_with_news(tx: Tx, limit: int) -> Cursor:
    """Return the worlds whose weather was updated, and lock them; `weather_told`: until when people were told, or null.

    What others lock is left out.
    """
    told = ", (SELECT t.told_until FROM worlds.weather_told AS t WHERE t.world_id = w.world_id) AS weather_told"
    return worlds.lock_some(tx, NEWS, limit, told)


def list_present(tx: Tx, world_ids: list[UUID]) -> Cursor:
    """Return who is in these worlds: rows of world_id, character_id, x, y, z and `last_played`, when they came."""
    return tx.execute(
        "SELECT world_id, character_id, x, y, z, last_played FROM worlds.characters"
        " WHERE is_present AND account_id IS NOT NULL AND world_id = ANY(%s) ORDER BY world_id, character_id",
        (world_ids,),
    )


def save_told(tx: Tx, world_id: UUID, until: int) -> None:
    tx.execute(
        """
        INSERT INTO worlds.weather_told (world_id, told_until) VALUES (%s, %s)
        ON CONFLICT (world_id) DO UPDATE SET told_until = excluded.told_until
        """,
        (world_id, until),
    )
