"""What one of the game's own people thinks of another, player or not."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from msgspec import Struct, field

AGGREGATE: Final = "relationship"


class SocialAction(StrEnum):
    """What one does to another."""

    GIFT = "gift"
    HELP = "help"
    SUPPORT = "support"
    THREAT = "threat"
    LIE = "lie"
    VIOLENCE = "violence"
    BETRAYAL = "betrayal"
    TALK = "talk"
    CHANGE = "change"
    """Being no longer as one was."""


class Trait(StrEnum):
    """How someone behaves, as others see it: 0 to 1 each."""

    GENEROSITY = "generosity"
    HONESTY = "honesty"
    SOCIABILITY = "sociability"
    LOYALTY = "loyalty"
    AGGRESSION = "aggression"
    RECKLESSNESS = "recklessness"


class Opinion(Struct, frozen=True):
    """How someone stands to another, -100 to 100 each, with decimals."""

    affection: float = 0.0
    trust: float = 0.0
    fear: float = 0.0


class PastAction(Struct, frozen=True):
    """Something that one did to another.

    Attributes:
        at: milliseconds of the world's own time.
        behaviour: {trait: 0 to 1}, what it says of who did it.
    """

    action: SocialAction
    at: int
    behaviour: Mapping[Trait, float]


class Relationship(Struct, frozen=True, kw_only=True):
    """What one thinks of another, as of `settled_at`.

    Attributes:
        version: of its aggregate in the log; 0 for two who do not know each other.
        settled_at: milliseconds of the world's own time; `met_at`, too.
        history: the last 20 interactions, the newest last.
        baseline: {trait: 0 to 1}, how the other one usually behaves.
        count: of interactions, all of them.
        frozen: the baseline of when someone began to inhabit the other one; None for no one.
        noticed: the size of the change from it that they have reacted to already.
    """

    npc_id: UUID
    other_id: UUID
    world_id: UUID
    version: int = 0
    opinion: Opinion = Opinion()
    settled_at: int
    met_at: int
    history: tuple[PastAction, ...] = ()
    baseline: Mapping[Trait, float] = field(default_factory=dict)
    count: int = 0
    frozen: Mapping[Trait, float] | None = None
    noticed: float = 0.0

    @property
    def aggregate_id(self) -> UUID:
        """The id of its events."""
        return relationship_id(self.npc_id, self.other_id)


def relationship_id(npc_id: UUID, other_id: UUID) -> UUID:
    """Return the id of what one thinks of another."""
    return uuid5(NAMESPACE_OID, f"worlds.relationship/{npc_id}/{other_id}")


def strangers(npc_id: UUID, other_id: UUID, world_id: UUID, at: int) -> Relationship:
    """Return what one thinks of another whom they have never met."""
    return Relationship(npc_id=npc_id, other_id=other_id, world_id=world_id, settled_at=at, met_at=at)
