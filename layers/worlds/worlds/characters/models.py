"""Characters: what a player is in a world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.errors import Conflict, NotAllowed, NotFound
from worlds.items.models import Belongings
from worlds.space.models import Position

AGGREGATE: Final = "character"

EMPTY: Final = Belongings()

PLAYER: Final = "player"
WATCHER: Final = "watcher"
GHOST: Final = "ghost"
"""The role of the body that people have in the lobby before they have one of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A body in a world, as of `version`.

    Attributes:
        stamina: in parts of a point (worlds.movement), at `settled_at`.
        facing: a unit vector, in thousandths.
        hurt_at: when it last lost hit points.
        is_present: stands in its world.
        ignored: the characters whose words it does not hear.
    """

    character_id: UUID
    version: int
    account_id: UUID
    world_id: UUID
    name: str
    role: str
    species: str
    appearance: str = ""
    description: str = ""
    occupation: str = ""
    attributes: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    position: Position
    facing: tuple[int, int, int] = (0, 1000, 0)
    is_flying: bool = False
    mode: str = "walk"
    hp: int = 0
    stamina: int = 0
    settled_at: datetime
    hurt_at: datetime | None = None
    is_present: bool = False
    created_at: datetime
    last_played: datetime | None = None
    inventory: Belongings = EMPTY
    ignored: frozenset[UUID] = frozenset()

    @property
    def is_watcher(self) -> bool:
        return self.role == WATCHER


class CharacterNotFound(NotFound):
    """There is no such character."""

    code = "character_not_found"
    message = "There is no such character. Choose one of yours, or create a new one."


class CharacterNotOwned(NotAllowed):
    """The character is another account's."""

    code = "character_not_owned"
    message = "This character belongs to someone else. Choose one of yours."


class CharacterNameTaken(Conflict):
    """Names of characters are unique in each world, and so is how they look."""

    code = "conflict"
    message = "Someone in {world} is called {name}, or almost so. Choose another name."


class CharacterExists(Conflict):
    """An account has one character in each world."""

    code = "character_exists"
    message = "You already have a character in this world: {name}. Enter with it."
