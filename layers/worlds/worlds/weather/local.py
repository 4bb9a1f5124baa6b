"""The sky over a place of a world. Pure."""

from __future__ import annotations

from datetime import datetime

from worlds.ground.models import Terrain
from worlds.space.models import Position
from worlds.weather.models import SLOT
from worlds.weather.sky import Sky
from worlds.world.models import World


def sky_over(world: World, terrain: Terrain, position: Position) -> Sky:
    """Return the weather of a place, at any time.

    Raises:
        TilesMissing
    """
    return Sky(terrain.land.seed, terrain.climate(position), world.time.hours_per_day, world.weather)


def slot_at(world: World, now: datetime) -> int:
    """Return the slot of the weather that it is in a world."""
    return world.time.at(now) // SLOT
