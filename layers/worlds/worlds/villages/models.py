"""Villages, and who lives there. Days are whole ones of the world's own time; the first is 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from worlds.npcs.appearance import LifeStage, lifespan_of, stage_of
from worlds.space.models import Position
from worlds.time.rules import DAYS_PER_YEAR

AGGREGATE: Final = "village"
ENTRANCE: Final = "entrance"
"""The key of the village near the entrance of a world."""


class VillageSite(Struct, frozen=True):
    """Where a village is, and what belongs to it.

    Attributes:
        key: tells it from all others of its world.
        places: {trade: where people work in it}; only trades that the ground allows.
    """

    key: str
    centre: Position
    homes: Sequence[Position]
    places: Mapping[str, Position]


class Villager(Struct, frozen=True, kw_only=True):
    """Someone of a village, living or dead.

    Attributes:
        number: within the village.
        born, wed, died: days; None for not yet. The dead keep their partners.
        mother, father, spouse: numbers; None where that is not known, or for none.
        home: number of a house.
    """

    number: int
    name: str
    family: str
    sex: str
    species: str
    occupation: str
    genes: Mapping[str, str]
    personality: Mapping[str, float]
    born: int
    mother: int | None = None
    father: int | None = None
    spouse: int | None = None
    wed: int | None = None
    home: int = 0
    died: int | None = None
    cause: str = ""

    def years(self, day: int) -> float:
        """Return the age."""
        return (day - self.born) / DAYS_PER_YEAR

    def stage(self, day: int) -> LifeStage:
        """Return the part of life."""
        return stage_of(self.years(day), self.species)

    def share(self, day: int) -> float:
        """Return the share of a usual life that is over."""
        return self.years(day) / lifespan_of(self.species)

    def lives(self, day: int) -> bool:
        """Tell whether they are born and have not died before a day."""
        return self.born <= day and (self.died is None or self.died >= day)


class Population(Struct, frozen=True):
    """All who live in a village or have lived there, up to the end of a day.

    Attributes:
        seed: of the world.
        people: {number: who}.
    """

    seed: int
    key: str
    day: int
    homes: int
    people: Mapping[int, Villager] = field(default_factory=dict)

    def living(self) -> list[Villager]:
        """Return those who live, by their numbers."""
        return [each for _, each in sorted(self.people.items()) if each.died is None]


class Village(Struct, frozen=True, kw_only=True):
    """A village that is stored.

    Attributes:
        founded, lived: the day on which someone came near first, and the one up to which it has been lived.
        moves_at: when someone next goes elsewhere, in milliseconds of the world's time; 0 for now.
    """

    village_id: UUID
    world_id: UUID
    version: int
    name: str
    species: str
    site: VillageSite
    founded: int
    lived: int
    moves_at: int = 0
