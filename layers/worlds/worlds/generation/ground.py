"""The ground at a place of a world, from its tiles. Without numpy.

Between the middles of cells heights are blended, and fine noise is laid over them: the same for everyone who looks, as
fine as what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, pi, sqrt
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from worlds.generation.biomes import Biome
from worlds.generation.cube import SIDES, Cell, Spot, Vector, beyond, direction_of, spot_of
from worlds.generation.parameters import SIZES
from worlds.generation.portable import added
from worlds.generation.randomness import MASK, mix, stream_key
from worlds.generation.scale import direction, height_factor, place
from worlds.generation.tiles import CellData, Tile, TileKey, tile_of

Water = Literal["", "sea", "lake", "river"]

FINEST: Final = 8.0
"""Metres between the hills of the finest noise."""
LOWEST_HILLS: Final = 0.05
"""Metres to walk; noise is as much lower, and left out where nothing remains of it."""
ROUGHNESS: Final = 0.25
"""Height of the coarsest noise, beside the roughness of the cells around."""
SMOOTHER: Final = 0.5
"""How much lower each finer noise is, at half the distance between its hills."""
FLATTEST: Final = 4.0
"""Metres of roughness that level ground has."""
RIVER_WIDTH: Final = 4.0
"""Metres for each step of a river's size."""

LOWEST_LAND: Final = 0.5
COAST: Final = 400.0
"""Metres that a place may lie above the sea, or below it, where half of what is around lies on each side."""

_X, _Y, _Z = 0x8DA6B343, 0xD8163841, 0xCB1AB31F
"""Primes that tell the corners of noise apart."""


class CellCorner(NamedTuple):
    """A cell around a place."""

    cell: Cell
    at: tuple[int, int]
    """Its middle, in cells from the middle of the one in the south-west."""
    weight: float
    """Its share of the blend; those of all corners add up to 1."""


class Surroundings(NamedTuple):
    """The cells around a place: four, or three at a corner of the cube."""

    corners: tuple[CellCorner, ...]
    column: float
    row: float
    """The place, in cells from the middle of the one in the south-west."""


class Ground(NamedTuple):
    """What is at a place."""

    altitude: float
    """Metres above the sea, to walk on; the floor of the sea is below 0."""
    biome: Biome
    celsius: float
    """On average over the year."""
    rain: float
    """Millimetres a year."""
    seasonality: float
    drainage: float
    water: Water
    river: int
    """The size of the river here, 0 without one."""
    cell: Cell
    """The nearest cell."""


class GroundCover(NamedTuple):
    """What grows or flows at a place."""

    biome: Biome
    water: Water


class Land(Struct, frozen=True):
    """A world as what its ground depends on."""

    seed: int
    size: str
    circumference: float
    """Metres."""

    @property
    def edge(self) -> int:
        """Cells along each side of a face."""
        return SIZES[self.size].edge

    def tiles_around(self, x: float, y: float) -> frozenset[TileKey]:
        """Return the tiles, one to four, that `ground` needs at a place."""
        return frozenset(tile_of(corner.cell) for corner in self._around(self._direction(x, y)).corners)

    def ground(self, x: float, y: float, tiles: Mapping[TileKey, Tile], detail: float = FINEST) -> Ground:
        """Return the ground at a place.

        Args:
            x: metres to the east.
            y: metres to the north of the equator.
            tiles: at least those of `tiles_around`.
            detail: metres; finer hills are left out, as on a map.
        """
        towards = self._direction(x, y)
        around = self._around(towards)
        cells = _read(around, tiles)
        altitude = self._altitude(towards, cells, detail)
        data = _data_at(cells, is_land=altitude > 0)
        river = self._river(around, cells) if altitude > 0 else 0
        return Ground(
            altitude=altitude,
            biome=data.biome if altitude > 0 else Biome.OCEAN,
            celsius=added(each.celsius * corner.weight for corner, each in cells),
            rain=added(each.rain * corner.weight for corner, each in cells),
            seasonality=data.seasonality,
            drainage=data.drainage,
            water=_water(data, river, is_land=altitude > 0),
            river=river,
            cell=max(cells, key=_weight)[0].cell,
        )

    def cover(self, x: float, y: float, tiles: Mapping[TileKey, Tile]) -> GroundCover:
        """Return of the ground at a place what needs no heights but on a coast: a third of the work of `ground`.

        Args:
            tiles: at least those of `tiles_around`.
        """
        towards = self._direction(x, y)
        around = self._around(towards)
        cells = _read(around, tiles)
        dry = sum(data.altitude > 0 for _, data in cells)
        # Noise neither floods land among cells of land nor makes islands among cells of the sea.
        is_land = self._altitude(towards, cells, FINEST) > 0 if 0 < dry < len(cells) else dry > 0
        if not is_land:
            return GroundCover(Biome.OCEAN, "sea")
        data = _data_at(cells, is_land=True)
        return GroundCover(data.biome, _water(data, self._river(around, cells), is_land=True))

    def nearest_river(self, x: float, y: float, tiles: Mapping[TileKey, Tile]) -> tuple[float, float] | None:
        """Return the nearest place in a river between the cells around, metres east and north; None without one.

        Args:
            tiles: at least those of `tiles_around`.
        """
        around = self._around(self._direction(x, y))
        cells = _read(around, tiles)
        here = (around.column, around.row)
        points = [_nearest(here, start, end) for start, end, _ in self._rivers(cells)]
        if not points:
            return None
        column, row = min(points, key=lambda point: _squared(here, point))
        spot = spot_of(self._direction(x, y), self.edge)
        there = Spot(spot.face, spot.column + column - around.column, spot.row + row - around.row)
        return place(direction_of(there, self.edge), self.circumference)

    def _direction(self, x: float, y: float) -> Vector:
        return direction(x, y, self.circumference)

    def _around(self, towards: Vector) -> Surroundings:
        edge = self.edge
        spot = spot_of(towards, edge)
        west, south = floor(spot.column - 0.5), floor(spot.row - 0.5)
        column, row = spot.column - 0.5 - west, spot.row - 0.5 - south
        corners: list[CellCorner] = []
        missing = 0.0
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            weight = (column if dx else 1 - column) * (row if dy else 1 - row)
            cell = Cell(spot.face, west + dx, south + dy)
            if not (0 <= cell.column < edge or 0 <= cell.row < edge):
                missing = weight  # beyond a corner of the cube there is nothing
                continue
            corners.append(CellCorner(beyond(cell, edge), (dx, dy), weight))
        if missing:
            corners = [corner._replace(weight=corner.weight + missing / 3) for corner in corners]
        return Surroundings(tuple(corners), column, row)

    def _altitude(self, towards: Vector, cells: list[tuple[CellCorner, CellData]], detail: float) -> float:
        """Return the height to walk on.

        Noise shapes coasts, but neither floods land among cells of land nor makes islands among cells of the sea.
        """
        factor = height_factor(self.circumference)
        blended = added(data.altitude * corner.weight for corner, data in cells)
        roughness = added(data.roughness * corner.weight for corner, data in cells)
        amplitude = ROUGHNESS * (FLATTEST + roughness)
        wavelength = self.circumference / (4 * self.edge)
        finest = max(FINEST, detail)
        key = stream_key(self.seed, "detail")
        least = LOWEST_HILLS / factor
        while wavelength >= finest and amplitude > least:
            radius = self.circumference / (2 * pi) / wavelength
            blended += (amplitude - least) * gradient_noise(
                key, towards[0] * radius, towards[1] * radius, towards[2] * radius
            )
            amplitude *= SMOOTHER
            wavelength /= 2
            key = mix(key)
        # The more land is around, the higher it may be and the less deep.
        land = added(corner.weight for corner, data in cells if data.altitude > 0)
        if land > 0:
            blended = max(blended, LOWEST_LAND - COAST * (1 - land) / land)
        if land < 1:
            blended = min(blended, COAST * land / (1 - land))
        return blended * factor

    def _river(self, around: Surroundings, cells: list[tuple[CellCorner, CellData]]) -> int:
        """Return the size of the river at a place, 0 without one. Rivers run from middle to middle of cells."""
        width_of_cell = self.circumference / (4 * self.edge)
        here = (around.column, around.row)
        found = 0
        for start, end, size in self._rivers(cells):
            away = sqrt(_squared(here, _nearest(here, start, end))) * width_of_cell
            if away <= RIVER_WIDTH * size / 2:
                found = max(found, size)
        return found

    def _rivers(
        self, cells: list[tuple[CellCorner, CellData]]
    ) -> Iterator[tuple[tuple[int, int], tuple[int, int], int]]:
        """Yield the rivers between cells: from one middle to another, and their sizes."""
        for corner, data in cells:
            if not data.towards:
                continue
            step = SIDES[data.towards - 1]
            target = beyond(Cell(corner.cell.face, corner.cell.column + step[0], corner.cell.row + step[1]), self.edge)
            end = next((other.at for other, _ in cells if other.cell == target), None)
            if end is not None:
                yield corner.at, end, data.river


def _read(around: Surroundings, tiles: Mapping[TileKey, Tile]) -> list[tuple[CellCorner, CellData]]:
    return [(corner, tiles[tile_of(corner.cell)].at(corner.cell)) for corner in around.corners]


def _weight(cell: tuple[CellCorner, CellData]) -> float:
    return cell[0].weight


def _data_at(cells: Sequence[tuple[CellCorner, CellData]], *, is_land: bool) -> CellData:
    """Return what is stored about a place: that of the nearest cell, of land where it is land."""
    data = max(cells, key=_weight)[1]
    if is_land and data.biome == Biome.OCEAN:
        return max((each for each in cells if each[1].altitude > 0), key=_weight)[1]
    return data


def _water(data: CellData, river: int, *, is_land: bool) -> Water:
    return "sea" if not is_land else "lake" if data.lake else "river" if river else ""


def _nearest(here: tuple[float, float], start: tuple[int, int], end: tuple[int, int]) -> tuple[float, float]:
    """Return the point on the line between two neighbours that is nearest to a place."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = max(0.0, min(1.0, (here[0] - start[0]) * dx + (here[1] - start[1]) * dy))
    return start[0] + along * dx, start[1] + along * dy


def _squared(one: tuple[float, float], other: tuple[float, float]) -> float:
    dx, dy = one[0] - other[0], one[1] - other[1]
    return dx * dx + dy * dy


def gradient_noise(key: int, x: float, y: float, z: float) -> float:
    """Return gradient noise at a point, about -1 to 1, with hills about 1 apart."""
    i, j, k = floor(x), floor(y), floor(z)
    x, y, z = x - i, y - j, z - k
    u, v, w = _fade(x), _fade(y), _fade(z)
    i, j, k = i * _X + key, j * _Y, k * _Z
    low, high = (k, z, 1 - w), (k + _Z, z - 1, w)
    total = 0.0
    for a, dx, share_x in ((i, x, 1 - u), (i + _X, x - 1, u)):
        for b, dy, share_y in ((a + j, y, 1 - v), (a + j + _Y, y - 1, v)):
            along = 0.0
            for c, dz, share_z in (low, high):
                bits = mix((b + c) & MASK)
                gx, gy, gz = (bits & 1023) - 511.5, (bits >> 10 & 1023) - 511.5, (bits >> 20 & 1023) - 511.5
                along += share_z * (dx * gx + dy * gy + dz * gz)
            total += share_x * share_y * along
    return total / 360


def _fade(t: float) -> float:
    return t * t * t * (t * (t * 6 - 15) + 10)
