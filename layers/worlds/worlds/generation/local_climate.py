"""The climate of a place, from the tiles of its world, with the way that the air takes to it. Without numpy.

It is read from the same tiles as the ground, so look, maps and weather know one climate. Source: worlds 11.3 and 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

from worlds.generation.cube import Cell, Spot, Vector, cell_of, direction_of
from worlds.generation.ground import RIVER_WIDTH, Land
from worlds.generation.parameters import SIZES
from worlds.generation.portable import DEGREES, latitude
from worlds.generation.scale import direction
from worlds.generation.tiles import CellData, Tile, TileKey, tile_of

STEPS: Final = 12
"""Cells that the air is followed upwind."""
FINEST_EDGE: Final = max(size.edge for size in SIZES.values())
TURN: Final = ((sqrt(6) + sqrt(2)) / 4, (sqrt(6) - sqrt(2)) / 4)
"""Cosine and sine of the 15 degrees by which a wind turns, to the right in the north and to the left in the south."""

_RIGHT_ANGLE: Final = 90.0
"""Degrees that a face of the cube is wide."""


class UpwindCell(NamedTuple):
    """A cell that the air has crossed on its way to a place."""

    is_water: bool
    altitude: float
    """Metres above the sea on the geological scale; less on a coarse grid, so that steepness counts."""
    closeness: float
    """Of water, 0 to 1."""
    celsius: float
    """On average over the year."""


class LocalClimate(NamedTuple):
    """All that the weather of a place depends on, apart from time; it follows from the tiles of the world."""

    towards: tuple[float, float, float]
    """The unit vector from the planet's middle to the middle of the place's cell."""
    latitude: float
    """Degrees, negative in the south."""
    celsius: float
    """On average over the year; a mountain's is colder already."""
    rain: float
    """Millimetres a year."""
    seasonality: float
    path: tuple[UpwindCell, ...]
    """The cells from upwind to the place, which is the last of them."""

    @property
    def here(self) -> UpwindCell:
        """The cell of the place itself."""
        return self.path[-1]


def climate_at(land: Land, x: float, y: float, tiles: Mapping[TileKey, Tile]) -> LocalClimate:
    """Return the climate of a place; it is the same all over a cell.

    Args:
        x: metres to the east.
        y: metres to the north of the equator.
        tiles: at least those of `tiles_upwind`.

    Raises:
        KeyError: of a tile that is missing.
    """
    way = list(_upwind(land, x, y))
    here, data = way[-1][0], [tiles[tile_of(cell)].at(cell) for _, cell in way]
    return LocalClimate(
        towards=here,
        latitude=latitude(here[2]),
        celsius=data[-1].celsius,
        rain=data[-1].rain,
        seasonality=data[-1].seasonality,
        path=_path(data, land),
    )


def blows_east(latitude: float) -> bool:
    """Tell whether the wind blows to the east: between trade winds and polar winds, which blow to the west."""
    return 30 <= abs(latitude) < 60


def closeness(*, is_water: bool, river_width: float = 0, metres_to_water: float | None = None) -> float:
    """Return how close a place is to water: 1 on it.

    Args:
        river_width: metres, of a river at the place.
        metres_to_water: None if there is none in reach.
    """
    if is_water:
        return 1.0
    if river_width:
        return min(1.0, river_width / 100)
    if metres_to_water is None or metres_to_water > 10_000:
        return 0.0
    return 0.1 if metres_to_water <= 1_000 else 0.1 - 0.09 * (metres_to_water - 1_000) / 9_000


def tiles_upwind(land: Land, x: float, y: float) -> frozenset[TileKey]:
    """Return the tiles that the climate of a place depends on: mostly one or two."""
    return frozenset(tile_of(cell) for _, cell in _upwind(land, x, y))


def _upwind(land: Land, x: float, y: float) -> list[tuple[Vector, Cell]]:
    """Return the cells that the air crosses on its way to a place, and where they are; the place is in the last one."""
    cell = cell_of(direction(x, y, land.circumference), land.edge)
    here = direction_of(Spot(cell.face, cell.column + 0.5, cell.row + 0.5), land.edge)
    eastwards = 1.0 if blows_east(latitude(here[2])) else -1.0
    is_north = here[2] >= 0
    step = _RIGHT_ANGLE / DEGREES / land.edge
    way = [(here, cell)]
    for _ in range(STEPS):
        here = _moved(here, wind(here, eastwards, is_north=is_north), -step)
        way.append((here, cell_of(here, land.edge)))
    return way[::-1]


def wind(here: Vector, eastwards: float, *, is_north: bool) -> Vector:
    """Return the unit vector along which a wind blows.

    Args:
        eastwards: 1 for a wind to the east, -1 for one to the west, before it is turned.
    """
    east_part = eastwards * TURN[0]
    # On the right of a wind to the east is the south; in the other hemisphere all is mirrored.
    north_part = eastwards * TURN[1] * (-1.0 if is_north else 1.0)
    x, y, z = here
    level = sqrt(max(x * x + y * y, 1e-12))
    return (
        (-y * east_part - x * z * north_part) / level,
        (x * east_part - y * z * north_part) / level,
        level * north_part,
    )


def _moved(here: Vector, along: Vector, length: float) -> Vector:
    x, y, z = (place + axis * length for place, axis in zip(here, along, strict=True))
    size = sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


def _path(cells: Sequence[CellData], land: Land) -> tuple[UpwindCell, ...]:
    path: list[UpwindCell] = []
    width, steepness = land.circumference / (4 * land.edge), land.edge / FINEST_EDGE
    to_water: float | None = None
    for each in cells:
        is_water = each.altitude < 0 or each.lake
        to_water = 0.0 if is_water else None if to_water is None else to_water + width
        close = closeness(is_water=is_water, river_width=each.river * RIVER_WIDTH, metres_to_water=to_water)
        path.append(UpwindCell(is_water, max(0, each.altitude) * steepness, close, each.celsius))
    return tuple(path)
