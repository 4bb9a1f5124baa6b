"""SQL of the chore that tells people what time it is."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.daytime.news import NEWS
from worlds.world import queries as worlds


def lock_with_news(tx: Tx, limit: int) -> Cursor:
    """Return the worlds in which people are to be told something, and lock them. What others lock is left out."""
    return worlds.lock_some(tx, NEWS, limit)


def list_present(tx: Tx, world_ids: list[UUID]) -> Cursor:
    """Return rows of `world_id` and `character_id`: who is in these worlds."""
    return tx.execute(
        "SELECT world_id, character_id FROM worlds.characters WHERE is_present AND account_id IS NOT NULL"
        " AND world_id = ANY(%s)"
        " ORDER BY world_id, character_id",
        (world_ids,),
    )
