"""What happens to what the game's own people think of others."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from worlds.log.models import WorldEvent

Change = tuple[float, float]
"""Before and after."""


class RelationshipChanged(WorldEvent):
    """Someone has done something to one of the game's own people, who thinks of them accordingly.

    Attributes:
        affection, trust, fear: what they were after what time has done, and what they are.
        behaviour: {trait: 0 to 1}, what it says of who did it; empty if nothing was done.
        game_time: milliseconds of the world's own time; `day`: those of a day.
        noticed: the size of a change of character that they have reacted to; None without one.
    """

    type: ClassVar[str] = "RelationshipChanged"
    npc_id: UUID
    other_id: UUID
    world_id: UUID
    action: str
    affection: Change
    trust: Change
    fear: Change
    behaviour: dict[str, float] = Field(default_factory=dict)
    game_time: int
    day: int
    noticed: float | None = None


class BaselineFrozen(WorldEvent):
    """Someone begins to inhabit the other one, whose usual behaviour is what counts from now on; or leaves them.

    Attributes:
        frozen: whether it counts.
        baseline: {trait: 0 to 1}, what was usual of the other one for someone who has always known them, and of whom
            nothing is stored yet; empty for all others.
        affection, trust: what they think of that one, who is kin to them or a neighbour.
        game_time: milliseconds of the world's own time, of these alone.
    """

    type: ClassVar[str] = "BaselineFrozen"
    npc_id: UUID
    other_id: UUID
    world_id: UUID
    frozen: bool
    baseline: dict[str, float] = Field(default_factory=dict)
    affection: float = 0.0
    trust: float = 0.0
    game_time: int = 0
