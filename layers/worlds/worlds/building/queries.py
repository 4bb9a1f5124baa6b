"""SQL on worlds.checkpoints, and on worlds.tiles, which are written when a world is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.database import Cursor, Tx

_AT_ONCE = 32
"""Tiles in one statement."""


def list_checkpoints(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `stage` and `content`."""
    return tx.execute("SELECT stage, content FROM worlds.checkpoints WHERE world_id = %s", (world_id,))


def save_checkpoints(tx: Tx, world_id: UUID, made: Mapping[str, bytes]) -> None:
    for stage, content in made.items():
        tx.execute(
            """
            INSERT INTO worlds.checkpoints (world_id, stage, content) VALUES (%s, %s, %s)
            ON CONFLICT (world_id, stage) DO UPDATE SET content = excluded.content
            """,
            (world_id, stage, content),
        )


def delete_checkpoints(tx: Tx, world_id: UUID) -> None:
    tx.execute("DELETE FROM worlds.checkpoints WHERE world_id = %s", (world_id,))


def save_tiles(tx: Tx, world_id: UUID, tiles: Sequence[tuple[int, bytes]]) -> None:
    for start in range(0, len(tiles), _AT_ONCE):
        tx.insert(
            "INSERT INTO worlds.tiles (world_id, tile, content)",
            [(world_id, number, content) for number, content in tiles[start : start + _AT_ONCE]],
            "ON CONFLICT (world_id, tile) DO UPDATE SET content = excluded.content",
        )


def list_waiting(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `character_id`: those who wait for a world to be made, and are connected.

    That is its owner, and for a world of the system everyone in the lobby.
    """
    return tx.execute(
        """
        SELECT c.character_id
        FROM worlds.worlds AS w
        JOIN worlds.characters AS c
          ON c.is_present AND (c.account_id = w.owner_id OR (w.is_system AND c.world_id = %(lobby)s))
        WHERE w.world_id = %(world)s
        ORDER BY c.character_id LIMIT 1000
        """,
        {"world": world_id, "lobby": UUID(int=0)},
    )
