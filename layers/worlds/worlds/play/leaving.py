"""Characters leave their world when their player is gone."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Tx
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.events import CharacterLeft
from worlds.fights import service as fights
from worlds.play import connections
from worlds.trading import queries as trading
from worlds.world import queries as worlds_sql


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
    locked = fights.lock_of_character(tx, character_id)
    characters_sql.lock(tx, [character_id])
    fought = fights.ask_of_character(tx, locked, character_id)
    world = worlds_sql.find(tx, None, character_id)
    connected = connections.find_open_connection(tx, character_id)
    character = characters.ask(tx, character_id)()
    if character is not None and not character.is_npc and character.is_present and connected.fetchone() is None:
        trading.delete_of(tx, character_id)
        settled = fights.settle_all(tx, fought(), worlds_sql.read(world.fetchall()[0]))
        character = settled.characters.get(character_id, character)
        if fights.stays(tx, settled, character, reason):
            return
        characters.save(tx, character, [CharacterLeft(character_id=character_id, reason=reason)])
