"""Feats: what someone has done in worlds that the community hears of."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from kernel.events.models import Event


class FeatKind(StrEnum):
    """What can count as a feat."""

    ENTERED = "entered"
    """Coming into a world, the lobby aside."""
    MADE_WORLD = "made_world"
    VISITED_VILLAGE = "visited_village"
    GATHERED = "gathered"
    CRAFTED = "crafted"
    BUILT = "built"
    RESEARCHED = "researched"
    TAUGHT = "taught"
    BOUGHT = "bought"
    GAVE = "gave"
    BEFRIENDED = "befriended"
    """One of the game's own people has come to like someone."""
    REACHED_LEVEL = "reached_level"
    BEAT_CREATURE = "beat_creature"
    BEAT_PLAYER = "beat_player"


class Accomplishment(Struct, frozen=True):
    """Something that may be a feat.

    Attributes:
        value: of a skill its level, of a friendship how much the other one likes them; else 0.
        before: of a friendship, what it was.
    """

    kind: FeatKind
    value: float = 0
    before: float = 0


class FeatAchieved(Event):
    """Someone has achieved a feat.

    Attributes:
        once: it counts once for an account, for ever.
        earlier: the other such feats that they had achieved before.
    """

    type: ClassVar[str] = "world.feat_achieved"
    private: ClassVar[bool] = True
    account_id: UUID
    feat: str = ""
    once: bool = True
    earlier: tuple[str, ...] = ()
