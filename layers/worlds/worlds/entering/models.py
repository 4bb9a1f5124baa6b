"""Ways into a world, and where people stand on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kernel.errors import Conflict, NotAllowed, Refused
from worlds.characters.models import Character
from worlds.world.models import World


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterWish:
    """What someone wants to be in a world.

    Attributes:
        point_buy: {attribute: points}.
        seed: of the body's variance; 0 for any.
        background_answers: keys of answers.
    """

    name: str
    species: str
    role: str = "player"
    appearance: str = ""
    description: str = ""
    occupation: str = ""
    point_buy: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0
    background_answers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Whereabouts:
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """A character to enter a world with."""

    character: Character
    world: World
    message: str


LOBBY_SPAWN: tuple[int, int, int] = (50, 20, 0)
"""Decimetres. Source: worlds 6."""
ENTRANCE: tuple[int, int, int] = (50, 50, 0)
"""Where one arrives in a world that says nothing else."""


@dataclass(frozen=True, slots=True)
class EntryOptions:
    """Ways into a world."""

    as_watcher: bool
    as_someone_new: bool


class NoEntryToTheLobby(Refused):
    """The lobby is where everyone arrives; there is nothing to choose."""

    code = "invalid_input"
    message = "The lobby needs no character: everyone arrives there. Choose another world."


class NoWatchers(NotAllowed):
    """A private world has no watchers."""

    code = "forbidden"
    message = "{name} is private: no one watches it from outside. Make a character for it."


class NoInterviewYet(Conflict):
    """Worlds are not made by interview yet."""

    code = "conflict"
    message = (
        "Making a world by answering questions comes with the next version. Until then, enter one of the worlds that"
        " there are: a portal in the lobby leads to each."
    )
