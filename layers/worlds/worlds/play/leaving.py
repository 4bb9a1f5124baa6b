"""Characters leave their world when their player is gone."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Tx
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.events import CharacterLeft
from worlds.play import connections
from worlds.trading import queries as trading


def go(tx: Tx, connection_id: str) -> None:
    """Let a client be gone: without another one, its character leaves the world, too."""
    gone = connections.delete_connection(tx, connection_id).fetchone()
    if gone is not None and gone["character_id"] is not None and gone["closing"] != "replaced":
        leave(tx, gone["character_id"], "disconnected")


def leave(tx: Tx, character_id: UUID | None, reason: str) -> None:
    """Let a character leave its world, unless another connection plays it.

    Args:
        character_id: None if it is gone already.
    """
    if character_id is None:
        return
    trading.lock_of_character(tx, character_id)  # before the character, as commands about a trade do
    characters_sql.lock(tx, [character_id])
    connected = connections.find_open_connection(tx, character_id)
    character = characters.ask(tx, character_id)()
    if character is not None and character.is_present and connected.fetchone() is None:
        trading.delete_of(tx, character_id)
        characters.save(tx, character, [CharacterLeft(character_id=character_id, reason=reason)])
