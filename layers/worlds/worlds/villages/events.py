"""What happens to villages. Their fields are the wire contract of the log: see worlds.log."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from worlds.log.models import WorldEvent


class VillageFounded(WorldEvent):
    """Someone has come near a village for the first time.

    Attributes:
        centre, homes, places: decimetres east and north; `places` by trade.
        day: of the world's time.
    """

    type: ClassVar[str] = "VillageFounded"
    village_id: UUID
    world_id: UUID
    key: str
    name: str
    species: str
    centre: tuple[int, int]
    homes: tuple[tuple[int, int], ...]
    places: dict[str, tuple[int, int]]
    day: int


class Tie(BaseModel):
    """What the talks of two have made of what they think of each other, and the day of the last one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    one_id: UUID
    other_id: UUID
    affection: int
    trust: int
    talks: int
    day: int


class VillageLived(WorldEvent):
    """A village has been lived up to a day; what happened to each of its people is in their own events.

    Attributes:
        ties: of those who have talked since the day before.
    """

    type: ClassVar[str] = "VillageLived"
    village_id: UUID
    world_id: UUID
    day: int
    ties: tuple[Tie, ...] = ()
