"""A place as it is described. Everything that a description may say follows from this."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct

from worlds.ground.seeing import GroundSeen, Side
from worlds.space.models import METRE, Position
from worlds.time.models import PartOfDay, Season
from worlds.weather.models import Weather, WeatherState

CELL: Final = 10 * METRE
"""Decimetres: within a cell, and while the part of the day lasts, sentences stay the same."""
STEP_OF_PERCEPTION: Final = 25
MOST_STEPS: Final = 100 // STEP_OF_PERCEPTION


class NearestThing(NamedTuple):
    """The nearest thing that one sees."""

    name: str
    """With its article: "the oak chest"."""
    metres: int
    side: Side


class Area(Struct, frozen=True, kw_only=True):
    """A place at a moment, as someone perceives it.

    Attributes:
        day: since the world began.
        season: None where there are none, or where they are opposite to the calendar.
        coming: the weather that is near, if one would notice it.
        moons: how many are up.
        others: people who are there.
        perception: in steps, 0 to `MOST_STEPS`.
        height: metres above the ground, of someone who flies; None for who does not.
    """

    world_id: UUID
    seed: int
    position: Position
    day: int
    part: PartOfDay
    season: Season | None
    seen: GroundSeen
    weather: Weather
    coming: WeatherState | None
    thing: NearestThing | None
    others: int
    perception: int
    height: int | None = None
    moons: int = 0


def perception_step(perception: int) -> int:
    """Return the step of a perception: 30 and 49 are in the same one, 50 is in the next."""
    return min(max(perception, 0) // STEP_OF_PERCEPTION, MOST_STEPS)
