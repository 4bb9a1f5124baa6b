"""What happens to skills. Experience is in hundredths of a point: no gain is ever rounded away. Source: worlds 22."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.log.models import WorldEvent


class SkillUsed(WorldEvent):
    """A character has done something with a skill.

    Attributes:
        context: the action; how often it was done lately decides what it is worth.
        xp: whole points that it is worth to someone who has not just done it.
        factor: the part of them that was gained.
    """

    type: ClassVar[str] = "SkillUsed"
    character_id: UUID
    skill: str
    context: str
    xp: int
    factor: float


class SkillIncreased(WorldEvent):
    """A character has experience more in a skill.

    Attributes:
        old, new: levels; mostly the same.
        xp_gained: in hundredths, as is `xp`.
        xp: towards the next level, after it.
    """

    type: ClassVar[str] = "SkillIncreased"
    character_id: UUID
    skill: str
    old: int
    new: int
    xp_gained: int
    xp: int


class SkillLeveledUp(WorldEvent):
    """A character has reached a level of a skill; the SkillIncreased before it has said so already."""

    type: ClassVar[str] = "SkillLeveledUp"
    character_id: UUID
    skill: str
    level: int
