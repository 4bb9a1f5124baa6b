"""A piece of ground that has been read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from msgspec import Struct

from kernel.errors import Refused
from worlds.generation.cube import Cell, cell_of
from worlds.generation.ground import FINEST, Ground, GroundCover, Land
from worlds.generation.local_climate import LocalClimate, climate_at, tiles_upwind
from worlds.generation.parameters import from_json
from worlds.generation.scale import CIRCUMFERENCES, direction
from worlds.generation.tiles import CellData, Tile, TileKey, tile_of
from worlds.space.models import METRE, Position
from worlds.world.models import World

T = TypeVar("T")

WADED: Final = 1.2
"""Metres of water that people wade through."""
FORD: Final = 3
"""The largest size of a river that people wade through."""


class TilesMissing(Exception):
    """Ground was looked at whose tiles have not been read; they are in `keys`."""

    def __init__(self, keys: frozenset[TileKey]) -> None:
        super().__init__(sorted(keys))
        self.keys = keys


class Terrain(Struct, frozen=True):
    """The ground of a world, as far as its tiles have been read."""

    land: Land
    tiles: Mapping[TileKey, Tile]

    def at(self, position: Position, detail: float = FINEST) -> Ground:
        """Return the ground at a place.

        Args:
            detail: metres; finer hills are left out.

        Raises:
            TilesMissing
        """
        return self._read(position, partial(self.land.ground, detail=detail))

    def cover(self, position: Position) -> GroundCover:
        """Return what grows or flows at a place, which is less work than `at`.

        Raises:
            TilesMissing
        """
        return self._read(position, self.land.cover)

    def cell(self, position: Position) -> tuple[Cell, CellData]:
        """Return the cell of the world's grid that a place is in, and what is stored about it.

        Raises:
            TilesMissing
        """
        x, y = position.x / METRE, position.y / METRE
        cell = cell_of(direction(x, y, self.land.circumference), self.land.edge)
        key = tile_of(cell)
        if key not in self.tiles:
            raise TilesMissing(frozenset({key}))
        return cell, self.tiles[key].at(cell)

    def climate(self, position: Position) -> LocalClimate:
        """Return the climate of a place, with the way of the air to it.

        Raises:
            TilesMissing
        """
        x, y = position.x / METRE, position.y / METRE
        try:
            return climate_at(self.land, x, y, self.tiles)
        except KeyError:
            raise TilesMissing(tiles_upwind(self.land, x, y) - self.tiles.keys()) from None

    def river_from(self, position: Position) -> Position | None:
        """Return the nearest place in a river between the cells around; its coordinates may lie beyond the seam.

        Raises:
            TilesMissing
        """
        found = self._read(position, self.land.nearest_river)
        return None if found is None else Position(round(found[0] * METRE), round(found[1] * METRE))

    def _read(self, position: Position, look: Callable[[float, float, Mapping[TileKey, Tile]], T]) -> T:
        """Return what one sees at a place that needs the tiles around it."""
        x, y = position.x / METRE, position.y / METRE
        try:
            return look(x, y, self.tiles)
        except KeyError:
            raise TilesMissing(self.land.tiles_around(x, y) - self.tiles.keys()) from None


class TooDeep(Refused):
    """There is water in the way."""

    code = "movement_blocked"
    message = "The {water} is too deep to walk through. Go along its bank, or look for a ford."


class NoMap(Refused):
    """The world has no ground to draw."""

    code = "invalid_command"
    message = "There is no map of {name}: it is the same everywhere. Type look to see what is around you."


def land_of(world: World) -> Land | None:
    """Return what the ground of a world depends on; None for a world without ground of its own, such as the lobby."""
    if "digest" not in world.generation:
        return None
    return planned_land(world)


def planned_land(world: World) -> Land:
    """Return what the ground of a world depends on that is still to be made."""
    size = from_json(world.generation["parameters"]).size
    around = world.space.circumference / METRE if world.space.shape == "spherical" else CIRCUMFERENCES[size]
    return Land(world.generation["seed"], size, around)


def is_too_deep(ground: Ground) -> bool:
    """Tell whether the water at a place is too deep to walk through."""
    if ground.water == "sea":
        return -ground.altitude > WADED
    return ground.water == "lake" or ground.river > FORD
