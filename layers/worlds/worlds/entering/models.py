"""Ways into a world, and where people stand on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import NotAllowed, Refused
from worlds.characters.models import Character
from worlds.inhabiting.models import OfferedNpc
from worlds.world.models import World


class CharacterWish(Struct, frozen=True, kw_only=True):
    """What someone wants to be in a world.

    Attributes:
        point_buy: {attribute: points}.
        seed: of the body's variance; 0 for any.
        background_answers: keys of answers.
        npc_id: of the one of the game's own people to inhabit; nothing else of the wish counts then.
    """

    name: str
    species: str
    npc_id: UUID | None = None
    role: str = "player"
    appearance: str = ""
    description: str = ""
    occupation: str = ""
    point_buy: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0
    background_answers: Sequence[str] = ()


class Whereabouts(Struct, frozen=True):
    """Where someone is.

    Attributes:
        world: that they have chosen; None for none yet, which is the lobby.
        character: that they have chosen.
        stage: lobby, world_selected or in_game.
        connected: a client of theirs plays a character.
    """

    world: World | None
    character: Character | None
    stage: str
    connected: bool
    characters: Sequence[Character]


class Chosen(Struct, frozen=True):
    """A character to enter a world with."""

    character: Character
    world: World
    message: str


LOBBY_SPAWN: tuple[int, int, int] = (50, 20, 0)
"""Decimetres. Source: worlds 6."""
ENTRANCE: tuple[int, int, int] = (50, 50, 0)
"""Where one arrives in a world that says nothing else."""


class EntryOptions(Struct, frozen=True):
    """Ways into a world.

    Attributes:
        people: of the game's own, whom one can be.
    """

    as_watcher: bool
    as_someone_new: bool
    people: Sequence[OfferedNpc] = ()


class NoEntryToTheLobby(Refused):
    """The lobby is where everyone arrives; there is nothing to choose."""

    code = "invalid_input"
    message = "The lobby needs no character: everyone arrives there. Choose another world."


class NoWatchers(NotAllowed):
    """A private world has no watchers."""

    code = "forbidden"
    message = "{name} is private: no one watches it from outside. Make a character for it."
