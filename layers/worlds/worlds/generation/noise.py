"""Gradient noise over the sphere. Source: Perlin, "Improving noise" (2002)."""

from __future__ import annotations

from typing import Final

import numpy as np

from worlds.generation.arrays import Floats, units
from worlds.generation.grid import Grid
from worlds.generation.randomness import stream_key

BLOCK: Final = 1 << 14
"""Cells at a time: few enough for the processor's cache."""

EDGES: Final = (
    *((1, 1, 0), (-1, 1, 0), (1, -1, 0), (-1, -1, 0)),
    *((1, 0, 1), (-1, 0, 1), (1, 0, -1), (-1, 0, -1)),
    *((0, 1, 1), (0, -1, 1), (0, 1, -1), (0, -1, -1)),
)


def noise(grid: Grid, seed: int, name: str, frequency: int) -> Floats:
    """Return a smooth random value per cell, -1 to 1, zero on average.

    Args:
        name: of the noise; another name gives another noise.
        frequency: hills along the radius of the planet.
    """
    side = 2 * frequency + 3
    draws = units(stream_key(seed, f"noise/{name}/{frequency}"), side**3)
    gradients = np.array(EDGES, np.float64)[(draws * len(EDGES)).astype(np.int64)]
    gx, gy, gz = (np.ascontiguousarray(gradients[:, i]) for i in range(3))
    result = np.empty(grid.cells)
    for start in range(0, grid.cells, BLOCK):
        block = slice(start, start + BLOCK)
        # Shifted so that no corner has a negative number.
        result[block] = _block(
            gx, gy, gz, side, *(c[block] * frequency + (frequency + 1) for c in (grid.x, grid.y, grid.z))
        )
    return result


def _block(gx: Floats, gy: Floats, gz: Floats, side: int, x: Floats, y: Floats, z: Floats) -> Floats:
    i, j, k = x.astype(np.int64), y.astype(np.int64), z.astype(np.int64)
    x, y, z = x - i, y - j, z - k
    corner = (i * side + j) * side + k

    def at(dx: int, dy: int, dz: int) -> Floats:
        place = corner + ((dx * side + dy) * side + dz)
        return gx[place] * (x - dx) + gy[place] * (y - dy) + gz[place] * (z - dz)

    u, v, w = _fade(x), _fade(y), _fade(z)

    def plane(dx: int) -> Floats:
        low = _between(at(dx, 0, 0), at(dx, 0, 1), w)
        return _between(low, _between(at(dx, 1, 0), at(dx, 1, 1), w), v)

    return _between(plane(0), plane(1), u)


def _fade(t: Floats) -> Floats:
    return t * t * t * (t * (t * 6 - 15) + 10)


def _between(low: Floats, high: Floats, share: Floats) -> Floats:
    return low + (high - low) * share
