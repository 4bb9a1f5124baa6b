"""SQL on worlds.checkpoints, and on worlds.tiles, which are written when a world is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.outside import service as outside
from worlds.building.models import KIND
from worlds.world.queries import COLUMNS

_AT_ONCE = 32
"""Tiles in one statement."""


_BEING_MADE: Final[LiteralString] = """
    FROM worlds.worlds AS w
    WHERE w.status = 'building' AND NOT w.is_system AND w.owner_id = (
"""
_NEWEST: Final[LiteralString] = ")::uuid ORDER BY w.created_at DESC LIMIT 1"


def find_being_made(tx: Tx, account_id: UUID) -> Cursor:
    """Return a row with the `world_id` of the world that is being made of an account; the newest of several."""
    return tx.execute("SELECT w.world_id" + _BEING_MADE + "%(account)s" + _NEWEST, {"account": account_id})


def lock_being_made(tx: Tx, key: str, account_of: LiteralString) -> Cursor:
    """Return the world that is being made of an account, and lock it.

    Args:
        account_of: a query for the account, by `%(key)s`.
    """
    return tx.execute("SELECT " + COLUMNS + _BEING_MADE + account_of + _NEWEST + " FOR NO KEY UPDATE", {"key": key})


def cancel_being_made(tx: Tx, key: str, account_of: LiteralString) -> None:
    """Drop the request that makes this world."""
    keys: LiteralString = "SELECT %(kind)s || ':' || w.world_id" + _BEING_MADE
    outside.cancel_found(tx, keys + account_of + _NEWEST, {"key": key, "kind": KIND})


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
