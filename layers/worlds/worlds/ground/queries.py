"""SQL on worlds.tiles and worlds.maps, and on the tiles of connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx


def list_tiles_around(tx: Tx, connection_id: str, known_world: UUID, known: list[int]) -> Cursor:
    """Return rows of `tile` and `content`: the ground around a player.

    Args:
        known: numbers of tiles of the known world that are not needed.
    """
    return tx.execute(
        """
        SELECT t.tile, t.content
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.tiles AS t ON t.world_id = c.world_id AND t.tile = ANY(k.tiles)
        WHERE k.connection_id = %s AND NOT (t.world_id = %s AND t.tile = ANY(%s))
        """,
        (connection_id, known_world, known),
    )


def list_tiles(tx: Tx, world_id: UUID, numbers: list[int]) -> Cursor:
    """Return rows of `tile` and `content`."""
    return tx.execute(
        "SELECT tile, content FROM worlds.tiles WHERE world_id = %s AND tile = ANY(%s)", (world_id, numbers)
    )


def list_all_tiles(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `tile` and `content`."""
    return tx.execute("SELECT tile, content FROM worlds.tiles WHERE world_id = %s", (world_id,))


def set_tiles_around(tx: Tx, connection_id: str, numbers: list[int]) -> None:
    """Note which tiles a connection's next command will need."""
    tx.execute("UPDATE worlds.connections SET tiles = %s WHERE connection_id = %s", (numbers, connection_id))


def find_map(tx: Tx, world_id: UUID, size: int) -> Cursor:
    """Return one row with `content` if the map of a world has been drawn in a size."""
    return tx.execute("SELECT content FROM worlds.maps WHERE world_id = %s AND size = %s", (world_id, size))


def find_map_around(tx: Tx, connection_id: str, size: int) -> Cursor:
    """Return one row with `content` if the map of a player's world has been drawn in a size."""
    return tx.execute(
        """
        SELECT m.content
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.maps AS m ON m.world_id = c.world_id AND m.size = %s
        WHERE k.connection_id = %s
        """,
        (size, connection_id),
    )


def save_map(tx: Tx, world_id: UUID, size: int, content: Mapping[str, Any]) -> None:
    tx.execute(
        """
        INSERT INTO worlds.maps (world_id, size, content) VALUES (%s, %s, %s)
        ON CONFLICT (world_id, size) DO UPDATE SET content = excluded.content
        """,
        (world_id, size, Jsonb(dict(content))),
    )
