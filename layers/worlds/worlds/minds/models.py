"""People of the game as someone meets them, and what they take away from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

from worlds.log.models import WorldEvent
from worlds.memories.events import MemoryFormed
from worlds.memories.models import Occurrence
from worlds.promises.events import PromiseEvent
from worlds.promises.models import Promise
from worlds.relationships.models import Relationship, Trait
from worlds.relationships.rules import DriftLevel
from worlds.space.models import Position

MOST_WITNESSES: Final = 12
"""People of the game, the nearest, who notice something."""


class Mind(Struct, frozen=True, kw_only=True):
    """One of the game's own people, as far as someone near them can set something off in them.

    Attributes:
        is_alive: has hit points left.
        personality: {trait: 0 to 100}.
        born: milliseconds of the world's own time.
        relationship: to who acts; None if they have never met.
        promises: that who acts has made to them, and that are open; the oldest first.
        usual: {trait: 0 to 1}, what who acts was like before a player came, if they are one of the game's people.
        is_neighbour: of the same village as that one.
    """

    npc_id: UUID
    name: str
    is_alive: bool
    personality: Mapping[str, float]
    born: int = 0
    relationship: Relationship | None = None
    promises: Sequence[Promise] = ()
    usual: Mapping[Trait, float] | None = None
    is_neighbour: bool = False


class Incident(Struct, frozen=True, kw_only=True):
    """Something that someone does, which people of the game notice.

    Attributes:
        happening_id: tells it from all others: who was there does not hear of it again.
        actor_id: who does it.
        target_id: to which of the game's own people; None for none of them.
        at: milliseconds of the world's own time; `day`: those of a day.
        position: where it happens; None for nowhere in particular.
        value: of a gift.
        share: the relative value of a gift or a kindness, or the share of hit points that violence has cost: 0 to 1.
        content: what else is remembered of it: `item`, `quantity`, `weather`.
    """

    happening_id: UUID
    occurrence: Occurrence
    actor_id: UUID
    world_id: UUID
    target_id: UUID | None
    at: int
    day: int
    position: Position | None = None
    value: float = 0.0
    share: float = 0.0
    content: Mapping[str, Any] = field(default_factory=dict)


class Remark(Struct, frozen=True):
    """What someone makes of it that another one is no longer as they were.

    Attributes:
        is_better: whether it is for the better.
    """

    npc_id: UUID
    other_id: UUID
    level: DriftLevel
    is_better: bool


class Impressions(Struct, frozen=True):
    """What happens in minds.

    Attributes:
        relationships: each as it was, with what happens to it.
        promises: each as it was, with what happens to it; None before the first.
    """

    memories: Sequence[MemoryFormed] = ()
    relationships: Sequence[tuple[Relationship, Sequence[WorldEvent]]] = ()
    promises: Sequence[tuple[Promise | None, PromiseEvent]] = ()

    def __add__(self, other: Impressions) -> Impressions:
        return Impressions(
            [*self.memories, *other.memories],
            [*self.relationships, *other.relationships],
            [*self.promises, *other.promises],
        )

    def __len__(self) -> int:
        """Return how many events these are."""
        return len(self.memories) + sum(len(each) for _, each in self.relationships) + len(self.promises)


NOTHING: Final = Impressions()
