"""Characters: what a player is in a world."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import Conflict, NotAllowed, NotFound
from worlds.items.models import Belongings
from worlds.skills.models import Uses
from worlds.space.models import Position

AGGREGATE: Final = "character"

EMPTY: Final = Belongings()

PLAYER: Final = "player"
WATCHER: Final = "watcher"
NPC: Final = "npc"
"""One of the game's own people, as long as no one inhabits them."""
GHOST: Final = "ghost"
"""The role of the body that people have in the lobby before they have one of their own."""


SLEEPING: Final = "sleep"
"""The mode of who lies asleep, instead of one of moving."""
LONGEST_SLEEP: Final = timedelta(minutes=10)


NO_ONE: Final = UUID(int=0)
"""Instead of an account, for one of the game's own people; no account has this id."""


class Character(Struct, frozen=True, kw_only=True):
    """A body in a world, as of `version`.

    Attributes:
        account_id: of who plays it; NO_ONE for one of the game's own people.
        stamina: in parts of a point (worlds.movement), at `settled_at`.
        xp: {skill: experience towards its next level}, in hundredths of a point.
        uses: what was done lately with skills; see worlds.skills.rules.
        facing: a unit vector, in thousandths.
        mode: how it moves, or SLEEPING since `settled_at`.
        hurt_at: when it last lost hit points.
        hp_since: from when on rest brings hit points back (worlds.combat); None as long as it has never lost any.
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
    xp: Mapping[str, int] = field(default_factory=dict)
    uses: Uses = field(default_factory=dict)
    position: Position
    facing: tuple[int, int, int] = (0, 1000, 0)
    is_flying: bool = False
    mode: str = "walk"
    hp: int = 0
    stamina: int = 0
    settled_at: datetime
    hurt_at: datetime | None = None
    hp_since: datetime | None = None
    is_present: bool = False
    created_at: datetime
    last_played: datetime | None = None
    inventory: Belongings = EMPTY
    ignored: frozenset[UUID] = frozenset()

    @property
    def is_watcher(self) -> bool:
        return self.role == WATCHER

    @property
    def is_npc(self) -> bool:
        return self.role == NPC

    def is_asleep(self, now: datetime) -> bool:
        """Tell whether it sleeps: it has lain down, was not hurt since, and not ten minutes are over."""
        is_disturbed = self.hurt_at is not None and self.hurt_at >= self.settled_at
        return self.mode == SLEEPING and not is_disturbed and now < self.settled_at + LONGEST_SLEEP


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
