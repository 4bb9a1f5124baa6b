"""Connections that we close, and why: the gateway closes them without a reason, so a last message says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kernel.accounts.models import SessionEnded
from kernel.database import Tx
from kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from worlds.play import queries
from worlds.play.leaving import leave
from worlds.posts import envelopes


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


REASONS: Final[Mapping[str, type[DomainError]]] = {
    "replaced": AlreadyInGame,
    "session_ended": SessionEnded,
    "uninvited": NoLongerInvited,
    "gone": CharacterGone,
}


@dataclass(frozen=True, slots=True)
class Farewell:
    """The last frames of a connection."""

    connection_id: str
    frames: Sequence[str]


def take(tx: Tx) -> list[Farewell]:
    """Take the connections that are to be closed; they are forgotten, whether their client hears of it or not."""
    rows = queries.take_closing(tx).fetchall()
    for row in rows:
        if row["character_id"] is not None and row["closing"] != "replaced":
            leave(tx, row["character_id"], row["closing"])
    return [_farewell(tx, row["connection_id"], row["closing"]) for row in rows]


def _farewell(tx: Tx, connection_id: str, reason: str) -> Farewell:
    return Farewell(connection_id, [envelopes.frame([envelopes.refusal(REASONS[reason](), tx.now)])])
