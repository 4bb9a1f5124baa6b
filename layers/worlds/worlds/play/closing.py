"""Connections that we close, and why: the gateway closes them without a reason, so a last message says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from kernel.accounts.models import SessionEnded
from kernel.database import Tx
from kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from worlds.play import connections
from worlds.posts import envelopes
from worlds.posts import service as posts


class AlreadyInGame(Conflict):
    """Another connection plays this character now."""

    code = "already_in_game"
    message = "You have entered with this character somewhere else, so this connection ends."


class NoLongerInvited(NotAllowed):
    """The owner of the world has taken an invitation back."""

    code = "world_private"
    message = "You are no longer invited to this world, so this connection ends. Connect to the lobby again."


class CharacterGone(NotFound):
    """The world has been deleted or emptied, and with it the character."""

    code = "character_not_found"
    message = "Your character is gone, and all that was in this world. Connect to the lobby again."


class CharacterReleased(NotFound):
    """One of the game's own people, whom someone has played, goes their own way again."""

    code = "character_not_found"
    message = "You have let go of this character, who goes their own way again. Connect to the lobby again."


REASONS: Final[Mapping[str, type[DomainError]]] = {
    "replaced": AlreadyInGame,
    "session_ended": SessionEnded,
    "uninvited": NoLongerInvited,
    "gone": CharacterGone,
    "released": CharacterReleased,
}


class Farewell(Struct, frozen=True):
    """The last frames of a connection."""

    connection_id: str
    frames: Sequence[str]


def put_out(tx: Tx, world_id: UUID, account_id: UUID) -> None:
    """Let someone who no longer belongs to a world leave it: their connection is closed."""
    connections.close_in_world(tx, world_id, account_id, "uninvited")
    posts.ensure_awake(tx)


def put_out_of(tx: Tx, character_id: UUID, account_id: UUID) -> None:
    """Let the connection of someone who lets go of a character be closed."""
    connections.close_of_character(tx, character_id, account_id, "released")
    posts.ensure_awake(tx)


def close_ended(tx: Tx, account_id: UUID) -> None:
    """Close the connections of someone's sessions that have just ended. Source: worlds 3, Logout."""
    connections.close_ended(tx, account_id, "session_ended")
    posts.ensure_awake_to_close(tx, account_id)


def put_all_out(tx: Tx, world_id: UUID) -> None:
    """Let the connections of all who are in a world be closed, because their characters are about to be deleted."""
    connections.close_all_in_world(tx, world_id, "gone")
    posts.ensure_awake(tx)


def put_strangers_out(tx: Tx, world_id: UUID) -> None:
    """Let all who do not belong to a world leave it: their connections are closed."""
    connections.close_of_strangers(tx, world_id, "uninvited")
    posts.ensure_awake(tx)


def sign_out(tx: Tx, account_id: UUID) -> None:
    """Let all connections of an account be closed, because its sessions have ended."""
    connections.close_of_account(tx, account_id, "session_ended")
    posts.ensure_awake(tx)


def take(tx: Tx) -> list[Farewell]:
    """Take the connections that are to be closed; they are forgotten, whether their client hears of it or not."""
    rows = connections.take_closing(tx).fetchall()
    leaving = [row for row in rows if row["character_id"] is not None and row["closing"] != "replaced"]
    if leaving:
        from worlds.play.leaving import leave  # rarely needed, and needs pydantic: the pusher's desk starts faster

        for row in leaving:
            leave(tx, row["character_id"], row["closing"])
    return [_farewell(tx, row["connection_id"], row["closing"]) for row in rows]


def _farewell(tx: Tx, connection_id: str, reason: str) -> Farewell:
    return Farewell(connection_id, [envelopes.frame([envelopes.refusal(REASONS[reason](), tx.now)])])
