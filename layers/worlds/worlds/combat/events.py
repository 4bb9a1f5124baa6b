"""What happens in fights. What they do to bodies and things is among the events of characters."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class CombatActionQueued(WorldEvent):
    """A player is about to do something."""

    type: ClassVar[str] = "CombatActionQueued"
    fight_id: UUID
    character_id: UUID
    action: str
    target_id: UUID | None = None
    execute_at: datetime


class CombatActionExecuted(WorldEvent):
    """Someone has done something in a fight, or could not.

    Attributes:
        result: hit, fumble, failed, defend, fled, caught, ran or used.
        reason: why it failed.
        xp: what a hit has taught about the skill; the target has learned to take it.
    """

    type: ClassVar[str] = "CombatActionExecuted"
    fight_id: UUID
    source_id: UUID
    target_id: UUID | None = None
    action: str
    result: str
    at: datetime
    roll: int = 0
    damage: int = 0
    critical: bool = False
    interrupted: bool = False
    effects: tuple[str, ...] = ()
    reason: str = ""
    skill: str = ""
    xp: int = 0


class FighterDefeated(WorldEvent):
    """Someone lies defeated, or dead; `by` is None for a wound or a poison."""

    type: ClassVar[str] = "FighterDefeated"
    fight_id: UUID
    fighter_id: UUID
    by: UUID | None = None
    at: datetime


class CreatureSlain(WorldEvent):
    """A creature of a world was killed; `tick` is of the world's clock."""

    type: ClassVar[str] = "CreatureSlain"
    world_id: UUID
    number: int
    tick: int
    cause: str


class CreatureWounded(WorldEvent):
    """A creature of a world has come out of a fight with wounds.

    Attributes:
        hp: what it had left at `since`, in milliseconds: from then on rest brings more back.
    """

    type: ClassVar[str] = "CreatureWounded"
    world_id: UUID
    number: int
    hp: int
    since: int


class CreatureRanAway(WorldEvent):
    """A creature of a world has run from a fight."""

    type: ClassVar[str] = "CreatureRanAway"
    world_id: UUID
    number: int
    position: Coordinates


class CreatureCame(WorldEvent):
    """A creature of a world has come near to someone, to attack them."""

    type: ClassVar[str] = "CreatureCame"
    world_id: UUID
    number: int
    position: Coordinates
