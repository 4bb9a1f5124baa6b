"""Characters leave their world when their player is gone."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Tx
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.events import CharacterLeft
from worlds.play import queries
from worlds.posts import service as posts
from worlds.trading import queries as trading


def put_out(tx: Tx, world_id: UUID, account_id: UUID) -> None:
    """Let someone who no longer belongs to a world leave it: their connection is closed."""
    queries.close_in_world(tx, world_id, account_id, "uninvited")
    posts.ensure_awake(tx)


def close_ended(tx: Tx, account_id: UUID) -> None:
    """Close the connections of someone's sessions that have just ended. Source: worlds 3, Logout."""
    queries.close_ended(tx, account_id, "session_ended")
    posts.ensure_awake_to_close(tx, account_id)


def put_all_out(tx: Tx, world_id: UUID) -> None:
    """Let the connections of all who are in a world be closed, because their characters are about to be deleted."""
    queries.close_all_in_world(tx, world_id, "gone")
    posts.ensure_awake(tx)


def put_strangers_out(tx: Tx, world_id: UUID) -> None:
    """Let all who do not belong to a world leave it: their connections are closed."""
    queries.close_of_strangers(tx, world_id, "uninvited")
    posts.ensure_awake(tx)


def sign_out(tx: Tx, account_id: UUID) -> None:
    """Let all connections of an account be closed, because its sessions have ended."""
    queries.close_of_account(tx, account_id, "session_ended")
    posts.ensure_awake(tx)


def leave(tx: Tx, character_id: UUID | None, reason: str) -> None:
    """Let a character leave its world, unless another connection plays it.

    Args:
        character_id: None if it is gone already.
    """
    if character_id is None:
        return
    trading.lock_of_character(tx, character_id)  # before the character, as commands about a trade do
    characters_sql.lock(tx, [character_id])
    connected = queries.find_open_connection(tx, character_id)
    character = characters.ask(tx, character_id)()
    if character is not None and character.is_present and connected.fetchone() is None:
        trading.delete_of(tx, character_id)
        characters.save(tx, character, [CharacterLeft(character_id=character_id, reason=reason)])
