"""Winds and what they drive, in the directions of the grid. Source: worlds 12, 11.3."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from worlds.generation.arrays import Cells, Floats
from worlds.generation.grid import Grid
from worlds.generation.portable import ARC, DEGREES

DEFLECTION: Final = ((sqrt(6) + sqrt(2)) / 4, (sqrt(6) - sqrt(2)) / 4)
"""Cosine and sine of the 15 degrees by which a wind turns, to the right in the north."""
OF_CURRENTS: Final = (0.5, sqrt(3) / 2)
"""Cosine and sine of 60 degrees: a current turns 45 degrees more than the wind."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Where something comes from: of each cell, two neighbours and the share of the flow from each."""

    first: Cells
    second: Cells
    share_of_first: Floats
    share_of_second: Floats


def latitudes(grid: Grid) -> Floats:
    """Return the degrees of each cell from the equator, never negative."""
    x = np.minimum(np.abs(grid.z), 1)
    value = np.zeros(grid.cells)
    for coefficient in ARC:
        value = value * x + coefficient
    return 90 - np.sqrt(1 - x) * value * DEGREES


def wind_speeds(latitude: Floats) -> Floats:
    """Return metres a second by the distance from the equator in degrees."""
    return np.where(
        latitude < 30,
        5 + (30 - latitude) / 6,
        np.where(latitude < 60, 8 + (latitude - 30) / 6, 3 + (90 - latitude) / 10),
    )


def flow(grid: Grid, latitude: Floats, turn: tuple[float, float]) -> Flow:
    """Return where the air comes from, or water.

    Args:
        turn: cosine and sine of the angle between the wind that blows along circles of latitude and the flow; to
            the right in the north, to the left in the south.
    """
    # Trade winds and polar winds blow to the west, those between them to the east.
    eastwards = np.where((latitude >= 30) & (latitude < 60), 1.0, -1.0)
    east_part = eastwards * turn[0]
    # On the right of a wind to the east is the south; in the other hemisphere all is mirrored.
    north_part = np.where(grid.z >= 0, -1.0, 1.0) * eastwards * turn[1]
    level = np.sqrt(np.maximum(grid.x * grid.x + grid.y * grid.y, 1e-12))
    x = (-grid.y * east_part - grid.x * grid.z * north_part) / level
    y = (grid.x * east_part - grid.y * grid.z * north_part) / level
    z = level * north_part
    along_columns = _along(grid, grid.neighbours[0], x, y, z)
    along_rows = _along(grid, grid.neighbours[2], x, y, z)
    east, west, north, south = grid.neighbours
    return Flow(
        np.where(along_columns > 0, west, east),
        np.where(along_rows > 0, south, north),
        np.abs(along_columns),
        np.abs(along_rows),
    )


def _along(grid: Grid, side: Cells, x: Floats, y: Floats, z: Floats) -> Floats:
    """Return how much of a vector points to a neighbour."""
    dx, dy, dz = grid.x[side] - grid.x, grid.y[side] - grid.y, grid.z[side] - grid.z
    return (dx * x + dy * y + dz * z) / np.sqrt(dx * dx + dy * dy + dz * dz)
