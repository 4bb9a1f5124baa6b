"""Writing tiles from the results of all stages. `tiles` reads them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worlds.generation.arrays import Codes, Floats
from worlds.generation.grid import grid_of
from worlds.generation.stages import GeneratedWorld
from worlds.generation.tiles import (
    HEADER,
    HUNDREDTHS,
    LAKE,
    LARGEST_RIVER,
    MAGIC,
    PLATE_SHIFT,
    RIVER_SHIFT,
    ROOTS,
    SIDE,
    TENTHS,
    VOLCANIC,
    TileKey,
    tile_keys,
)

LEVEL: Final = 6
"""How hard zlib tries."""

Plane = npt.NDArray[Any]


def write_tiles(world: GeneratedWorld, keys: Iterable[TileKey] | None = None) -> Iterator[tuple[TileKey, bytes]]:
    """Return tiles of a world, all of them or those asked for."""
    edge = world.parameters.edge
    wide, narrow = _wide(world), _narrow(world)
    for key in tile_keys(edge) if keys is None else keys:
        rows, columns = (slice(place * SIDE, min((place + 1) * SIDE, edge)) for place in (key.row, key.column))
        data = [np.diff(_cut(plane, edge, key.face, rows, columns), prepend=plane.dtype.type(0)) for plane in wide]
        data += [_cut(plane, edge, key.face, rows, columns) for plane in narrow]
        packed = zlib.compress(b"".join(plane.tobytes() for plane in data), LEVEL)
        yield key, HEADER.pack(MAGIC, columns.stop - columns.start, rows.stop - rows.start) + packed


def _cut(plane: Plane, edge: int, face: int, rows: slice, columns: slice) -> Plane:
    return plane.reshape(6, edge, edge)[face, rows, columns].ravel()


def _wide(world: GeneratedWorld) -> list[Plane]:
    altitude = _rounded(world.waters.heights - world.sea.level)
    wet = world.waters.heights <= world.sea.level
    # Rounding turns no land into sea, and no sea into land.
    altitude = np.where(wet, np.minimum(altitude, -1), np.maximum(altitude, 1))
    celsius = _rounded(world.climate.celsius * TENTHS)
    rain = np.minimum(_rounded(world.climate.rain), 2**16 - 1)
    return [each.astype(np.int64).astype("<u2") for each in (altitude, celsius, rain)]


def _narrow(world: GeneratedWorld) -> list[Codes]:
    waters, plates = world.waters, world.plates
    # The number of bits of the flow: the size doubles from one to the next.
    size = np.zeros(len(waters.flow), np.uint8)
    for bits in range(LARGEST_RIVER):
        size[waters.flow >= 1 << bits] = bits + 1
    water = waters.towards | (waters.lake * LAKE) | (size << RIVER_SHIFT)
    geology = plates.boundary | (world.relief.volcanic * VOLCANIC) | (plates.plate << PLATE_SHIFT)
    heights = waters.heights
    roughness = np.zeros(len(heights))
    for side in grid_of(world.parameters.edge).neighbours:
        np.maximum(roughness, np.abs(heights - heights[side]), out=roughness)
    return [
        np.minimum(_rounded(np.sqrt(roughness) * ROOTS), 255).astype(np.uint8),
        world.vegetation.biome,
        _rounded(world.climate.seasonality * HUNDREDTHS).astype(np.uint8),
        _rounded(world.climate.drainage * HUNDREDTHS).astype(np.uint8),
        water.astype(np.uint8),
        geology.astype(np.uint8),
    ]


def _rounded(values: Floats) -> Floats:
    return np.floor(values + 0.5)
