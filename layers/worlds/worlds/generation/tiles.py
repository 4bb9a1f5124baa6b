"""Tiles: squares of up to 64 x 64 cells as they are stored, and how they are read. Without numpy.

A tile's bytes are a header and its planes, one value per cell in rows from the south, compressed together. Heights,
temperatures and rain are stored as differences from the cell before, modulo 2**16, which halves their size.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from itertools import accumulate
from struct import Struct
from typing import Final, NamedTuple

from worlds.generation.biomes import Biome
from worlds.generation.cube import Cell

SIDE: Final = 64
MOST: Final = 1024
"""More tiles than there are along the side of any face."""
MAGIC: Final = b"BWT1"
HEADER: Final = Struct("<4sBB")  # magic, width, height

BIOMES: Final = tuple(Biome)

WIDE: Final = ("altitude", "celsius", "rain")
"""Planes of 16 bits."""
NARROW: Final = ("roughness", "biome", "seasonality", "drainage", "water", "geology")
"""Planes of 8 bits."""
TENTHS: Final = 10
HUNDREDTHS: Final = 100
ROOTS: Final = 2
"""Roughness is stored as so many times its root."""

# Plane `water`: towards (3 bits), lake (1 bit), size of the river (4 bits).
TOWARDS: Final = 7
LAKE: Final = 8
RIVER_SHIFT: Final = 4
LARGEST_RIVER: Final = 15
# Plane `geology`: what happens at the boundary of plates (2 bits), volcanic (1 bit), plate (5 bits).
BOUNDARY: Final = 3
VOLCANIC: Final = 4
PLATE_SHIFT: Final = 3


class TileKey(NamedTuple):
    """Which tile of a world."""

    face: int
    column: int
    row: int

    @property
    def number(self) -> int:
        """Which tile, in one number."""
        return (self.face * MOST + self.row) * MOST + self.column


class CellData(NamedTuple):
    """What is stored about a cell."""

    altitude: int
    """Metres above the sea on the geological scale, or below it; never 0."""
    roughness: float
    """Metres between the cell and the neighbour that is farthest above or below it."""
    celsius: float
    rain: int
    """Millimetres a year."""
    biome: Biome
    seasonality: float
    drainage: float
    towards: int
    """Where its river runs: 1 + the place in `cube.SIDES`, or 0."""
    lake: bool
    river: int
    """0 without a river; each number more means twice as many sources."""
    boundary: int
    volcanic: bool
    plate: int


class Tile:
    """A tile that was read."""

    def __init__(self, packed: bytes) -> None:
        """Read a tile.

        Raises:
            ValueError: these are no bytes of a tile.
        """
        self._cells: dict[int, CellData] = {}  # those that were looked at: people look at few of them, again and again
        magic, self.width, self.height = HEADER.unpack_from(packed)
        if magic != MAGIC:
            raise ValueError("not a tile")
        data = zlib.decompress(packed[HEADER.size :])
        cells = self.width * self.height
        wide = array("h", data[: 2 * cells * len(WIDE)])
        if sys.byteorder == "big":
            wide.byteswap()
        self._altitude, self._celsius, self._rain = (
            list(accumulate(wide[start : start + cells])) for start in range(0, len(wide), cells)
        )
        rest = data[2 * cells * len(WIDE) :]
        self._roughness, self._biome, self._seasonality, self._drainage, self._water, self._geology = (
            rest[start : start + cells] for start in range(0, len(rest), cells)
        )

    def at(self, cell: Cell) -> CellData:
        """Return what is stored about a cell of this tile."""
        place = cell.row % SIDE * self.width + cell.column % SIDE
        found = self._cells.get(place)
        if found is None:
            found = self._cells[place] = self._unpacked(place)
        return found

    def _unpacked(self, place: int) -> CellData:
        water, geology = self._water[place], self._geology[place]
        return CellData(
            altitude=_signed(self._altitude[place]),
            roughness=(self._roughness[place] / ROOTS) * (self._roughness[place] / ROOTS),
            celsius=_signed(self._celsius[place]) / TENTHS,
            rain=self._rain[place] % 2**16,
            biome=BIOMES[self._biome[place]],
            seasonality=self._seasonality[place] / HUNDREDTHS,
            drainage=self._drainage[place] / HUNDREDTHS,
            towards=water & TOWARDS,
            lake=bool(water & LAKE),
            river=water >> RIVER_SHIFT,
            boundary=geology & BOUNDARY,
            volcanic=bool(geology & VOLCANIC),
            plate=geology >> PLATE_SHIFT,
        )


def tile_of(cell: Cell) -> TileKey:
    """Return the tile that a cell is in."""
    return TileKey(cell.face, cell.column // SIDE, cell.row // SIDE)


def tile_keys(edge: int) -> tuple[TileKey, ...]:
    """Return all tiles of a world whose faces have `edge` cells along each side."""
    along = range(-(-edge // SIDE))
    return tuple(TileKey(face, column, row) for face in range(6) for row in along for column in along)


def key_of(number: int) -> TileKey:
    """Return the tile of `TileKey.number`."""
    rest, column = divmod(number, MOST)
    face, row = divmod(rest, MOST)
    return TileKey(face, column, row)


def contents(packed: bytes) -> bytes:
    """Return what is in a tile, the same however it was compressed."""
    return packed[: HEADER.size] + zlib.decompress(packed[HEADER.size :])


def _signed(number: int) -> int:
    return (number + 2**15) % 2**16 - 2**15
