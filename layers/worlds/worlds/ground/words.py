"""What someone sees of the ground, in words. Pure. Source: worlds 27."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.texts import listed, to_translate, translate
from worlds.generation.biomes import Biome
from worlds.generation.ground import Ground
from worlds.ground.models import Terrain
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import offset, place_at

BIOMES: Final[Mapping[Biome, str]] = {
    Biome.OCEAN: to_translate("the sea"),
    Biome.ALPINE: to_translate("bare rock and snow"),
    Biome.TUNDRA: to_translate("tundra"),
    Biome.TAIGA: to_translate("a forest of spruce and larch"),
    Biome.GRASSLAND: to_translate("grassland"),
    Biome.DECIDUOUS_FOREST: to_translate("a forest of oak and birch"),
    Biome.RAINFOREST: to_translate("rainforest"),
    Biome.DESERT: to_translate("desert"),
}
SIDES: Final[Mapping[tuple[int, int], str]] = {
    (0, 1): to_translate("to the north"),
    (1, 1): to_translate("to the northeast"),
    (1, 0): to_translate("to the east"),
    (1, -1): to_translate("to the southeast"),
    (0, -1): to_translate("to the south"),
    (-1, -1): to_translate("to the southwest"),
    (-1, 0): to_translate("to the west"),
    (-1, 1): to_translate("to the northwest"),
}
WATERS: Final[Mapping[str, str]] = {
    "sea": to_translate("the sea"),
    "lake": to_translate("a lake"),
    "river": to_translate("a river"),
}
STEP: Final = 10
"""Metres over which a slope is measured."""
FAR: Final = (20, 60)
"""Metres at which one looks for water in each direction."""
DEEP: Final = 10
"""Metres of water from which decimetres do not matter."""
SLOPE, STEEP = 0.05, 0.3
"""Metres up for each metre along."""


def describe(space: Space, terrain: Terrain, here: Position) -> str:
    """Return what someone sees of the ground where they are.

    Raises:
        TilesMissing
    """
    ground = terrain.at(here)
    parts = [_standing(ground)]
    if not ground.water or ground.river:
        parts.append(_slope(space, terrain, here))
    parts.append(_water_near(space, terrain, here, ground))
    return " ".join(part for part in parts if part)


def _standing(ground: Ground) -> str:
    if ground.water == "sea":
        depth = -ground.altitude
        metres = f"{depth:.0f}" if depth >= DEEP else f"{depth:.1f}"
        return translate("You are in the sea, {metres} m deep here.", metres=metres)
    if ground.water == "lake":
        return translate("You are in a lake.")
    if ground.water == "river":
        return translate("You are in a river, in {biome}.", biome=translate(BIOMES[ground.biome]))
    return translate("You are in {biome}.", biome=translate(BIOMES[ground.biome]))


def _slope(space: Space, terrain: Terrain, here: Position) -> str:
    east = _height(space, terrain, here, STEP, 0) - _height(space, terrain, here, -STEP, 0)
    north = _height(space, terrain, here, 0, STEP) - _height(space, terrain, here, 0, -STEP)
    rise = max(abs(east), abs(north)) / (2 * STEP)
    if rise < SLOPE:
        return translate("The ground is level.")
    where = translate(_side(east, north))
    if rise < STEEP:
        return translate("The ground rises {where}.", where=where)
    return translate("The ground rises steeply {where}.", where=where)


def _water_near(space: Space, terrain: Terrain, here: Position, ground: Ground) -> str:
    """Name the water around, the nearest of each kind."""
    seen: dict[str, str] = {}
    river = None if ground.river else _river_near(space, terrain, here)
    if river is not None:
        seen["river"] = translate("{water} {where}", water=translate(WATERS["river"]), where=translate(_side(*river)))
    for metres in FAR:
        for (east, north), side in SIDES.items():
            place = place_at(space, here.x + east * metres * METRE, here.y + north * metres * METRE)
            water = terrain.at(place).water if place is not None else ""
            if water and water != ground.water and water not in seen:
                seen[water] = translate("{water} {where}", water=translate(WATERS[water]), where=translate(side))
    return translate("You see {waters}.", waters=listed(list(seen.values()))) if seen else ""


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


def _side(east: float, north: float) -> str:
    """Return where something lies: on a diagonal if it is about as far along both axes."""
    larger = max(abs(east), abs(north))
    return SIDES[
        (_sign(east) if abs(east) * 2 > larger else 0, _sign(north) if abs(north) * 2 > larger else 0)
        if larger
        else (0, 1)
    ]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
