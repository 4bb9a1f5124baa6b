"""SQL on worlds.gossip_days, and on who lives in a village."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.npcs import queries as npcs


def lock_day(tx: Tx, world_id: UUID, village: str) -> Cursor:
    """Lock the news of a village, and return `day`: the first one on which they have not been told."""
    tx.execute(
        "INSERT INTO worlds.gossip_days (world_id, village, day) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",
        (world_id, village),
    )
    return tx.execute(
        "SELECT day FROM worlds.gossip_days WHERE world_id = %s AND village = %s FOR UPDATE", (world_id, village)
    )


def save_day(tx: Tx, world_id: UUID, village: str, day: int) -> None:
    tx.execute("UPDATE worlds.gossip_days SET day = %s WHERE world_id = %s AND village = %s", (day, world_id, village))


def list_villagers(tx: Tx, world_id: UUID, village: str) -> Cursor:
    """Return the living people of a village, in the order of their ids: rows of npcs with `species`."""
    return tx.execute(
        "SELECT "
        + npcs.COLUMNS
        + """, c.species
        FROM worlds.npcs AS n JOIN worlds.characters AS c USING (character_id)
        WHERE n.world_id = %s AND n.village = %s AND c.role = 'npc' AND c.is_present AND c.hp > 0
        ORDER BY n.character_id
        """,
        (world_id, village),
    )
