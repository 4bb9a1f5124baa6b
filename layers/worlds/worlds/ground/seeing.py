"""What someone sees of the ground: its slope, and the water that is near. Pure. Source: worlds 27."""

from __future__ import annotations

from itertools import product
from typing import Final, Literal, NamedTuple

from worlds.generation.ground import Ground
from worlds.ground.models import Terrain
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import offset, place_at

Side = tuple[int, int]
"""To the east and to the north, each -1, 0 or 1."""
SIDES: Final[tuple[Side, ...]] = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
"""From the north by the east."""
STEP: Final = 10
"""Metres over which a slope is measured."""
FAR: Final = (20, 60)
"""Metres at which one looks for water in each direction."""
SLOPE, STEEP = 0.05, 0.3
"""Metres up for each metre along."""


class GroundSeen(NamedTuple):
    """What someone sees of the ground where they are."""

    ground: Ground
    slope: Literal["", "level", "rises", "steep"]
    """"" in standing water."""
    uphill: Side
    """Where the ground rises, if it does."""
    waters: tuple[tuple[str, Side], ...]
    """The nearest water of each kind that is near, and where it is."""


def seen_from(space: Space, terrain: Terrain, here: Position) -> GroundSeen:
    """Return what someone sees of the ground where they are.

    Raises:
        TilesMissing
    """
    ground = terrain.at(here)
    east = north = 0.0
    if not ground.water or ground.river:
        east = _height(space, terrain, here, STEP, 0) - _height(space, terrain, here, -STEP, 0)
        north = _height(space, terrain, here, 0, STEP) - _height(space, terrain, here, 0, -STEP)
    rise = max(abs(east), abs(north)) / (2 * STEP)
    slope = "level" if rise < SLOPE else "rises" if rise < STEEP else "steep"
    return GroundSeen(
        ground=ground,
        slope=slope if not ground.water or ground.river else "",
        uphill=side_of(east, north),
        waters=tuple((water, side_of(*way)) for water, way in ways_to_water(space, terrain, here, ground).items()),
    )


def ways_to_water(space: Space, terrain: Terrain, here: Position, ground: Ground) -> dict[str, tuple[int, int]]:
    """Return how far the nearest water of each kind is, but that in which one stands: decimetres east and north.

    Raises:
        TilesMissing
    """
    seen: dict[str, tuple[int, int]] = {}
    river = None if ground.river else _river_near(space, terrain, here)
    if river is not None:
        seen["river"] = river
    for metres, (east, north) in product(FAR, SIDES):
        place = place_at(space, here.x + east * metres * METRE, here.y + north * metres * METRE)
        water = terrain.cover(place).water if place is not None else ""
        if water and water != ground.water and water not in seen:
            seen[water] = (east * metres * METRE, north * metres * METRE)
    return seen


def _river_near(space: Space, terrain: Terrain, here: Position) -> tuple[int, int] | None:
    """Return how far to the east and to the north the nearest river is that one sees."""
    aside = FAR[0] * METRE
    # Beside the middle of a cell, other cells are around on each side.
    lookouts = ((0, 0), (aside, aside), (-aside, aside), (-aside, -aside), (aside, -aside))
    ways: list[tuple[int, int]] = []
    for east, north in lookouts:
        lookout = place_at(space, here.x + east, here.y + north)
        river = None if lookout is None else terrain.river_from(lookout)
        place = None if river is None else place_at(space, river.x, river.y)
        if place is not None:
            ways.append(offset(space, here, place)[:2])
    far = (FAR[-1] * METRE) ** 2
    return min((way for way in ways if _squared(way) <= far), key=_squared, default=None)


def _squared(way: tuple[int, int]) -> int:
    return way[0] * way[0] + way[1] * way[1]


def _height(space: Space, terrain: Terrain, here: Position, east: int, north: int) -> float:
    place = place_at(space, here.x + east * METRE, here.y + north * METRE)
    return terrain.at(place or here).altitude


def side_of(east: float, north: float) -> Side:
    """Return where something lies: on a diagonal if it is about as far along both axes."""
    larger = max(abs(east), abs(north))
    if not larger:
        return (0, 1)
    return (_sign(east) if abs(east) * 2 > larger else 0, _sign(north) if abs(north) * 2 > larger else 0)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
