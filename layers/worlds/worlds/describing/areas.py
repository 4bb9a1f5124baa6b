"""What is described of a place in a world. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from worlds.describing.models import Area, NearestThing
from worlds.ground.models import Terrain
from worlds.ground.seeing import seen_from
from worlds.space.models import METRE, Position
from worlds.time.models import Season
from worlds.weather.models import SLOT
from worlds.weather.moons import number_up
from worlds.weather.sky import Sky
from worlds.weather.words import near_state
from worlds.world.models import World

TROPIC: Final = 23.5
"""Degrees of latitude. Nearer to the equator there are no seasons."""


def area_of(
    world: World,
    terrain: Terrain,
    sky: Sky,
    position: Position,
    now: datetime,
    perception: int,
    *,
    is_flying: bool = False,
    thing: NearestThing | None = None,
    others: int = 0,
) -> Area:
    """Return a place as someone perceives it.

    Args:
        sky: over the place.
        perception: in steps.

    Raises:
        TilesMissing
    """
    moment = world.time.moment(now)
    slot = world.time.at(now) // SLOT
    return Area(
        world_id=world.world_id,
        seed=terrain.land.seed,
        position=position,
        day=moment.day,
        part=moment.part,
        season=_season(moment.season, sky.climate.latitude),
        seen=seen_from(world.space, terrain, position),
        weather=sky.at(slot),
        coming=near_state(sky, slot),
        thing=thing,
        others=others,
        perception=perception,
        moons=number_up(world.generation, world.time.at(now), world.time.hours_per_day),
        height=position.z // METRE if is_flying and position.z >= METRE else None,
    )


def _season(of_the_calendar: Season, latitude: float) -> Season | None:
    """Return the season, if it is that of the calendar: in the south it would contradict the date that people read."""
    return of_the_calendar if latitude >= TROPIC else None
