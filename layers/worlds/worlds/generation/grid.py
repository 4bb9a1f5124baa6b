"""The cells of a world as arrays: where they are, and which lie beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from worlds.generation.arrays import Cells, Floats
from worlds.generation.cube import FACES, SIDES, Cell, Face, beyond


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells, in the order of `Cell.number`."""

    edge: int
    x: Floats
    y: Floats
    z: Floats
    neighbours: tuple[Cells, Cells, Cells, Cells]
    """Of each cell, in the order of `cube.SIDES`."""

    @property
    def cells(self) -> int:
        """How many there are."""
        return 6 * self.edge * self.edge

    def points(self, cells: Cells) -> npt.NDArray[np.float64]:
        """Return the unit vectors of some cells, one in each column."""
        return np.stack((self.x[cells], self.y[cells], self.z[cells]))


@lru_cache(maxsize=2)
def grid_of(edge: int) -> Grid:
    """Return the grid whose faces have `edge` cells along each side."""
    t = (2.0 * np.arange(edge) + 1) / edge - 1
    warped = np.where(t >= 0, t * t + 2 * t, 2 * t - t * t) / 3
    u, v = np.broadcast_to(warped, (edge, edge)), np.broadcast_to(warped[:, None], (edge, edge))
    length = np.sqrt(1 + u * u + v * v)
    x, y, z = (
        np.concatenate([((face.middle[i] + u * face.u[i] + v * face.v[i]) / length).ravel() for face in FACES])
        for i in range(3)
    )
    east, west, north, south = (_neighbours(edge, columns, rows) for columns, rows in SIDES)
    for array in (x, y, z, east, west, north, south):
        array.setflags(write=False)  # kept for the next who asks
    return Grid(edge, x, y, z, (east, west, north, south))


def cells_of(vectors: npt.NDArray[np.float64], edge: int) -> Cells:
    """Return the cells that directions point to, one in each column; as `cube.cell_of` does one by one."""
    x, y, z = vectors
    face = np.argmax(np.stack((x, y, -x, -y, z, -z)), axis=0)
    middle, u, v = (np.array([getattr(each, axis) for each in FACES], np.float64)[face].T for axis in Face._fields)
    along, right, up = (a[0] * x + a[1] * y + a[2] * z for a in (middle, u, v))
    columns, rows = (_steps(side / along, edge) for side in (right, up))
    return ((face * edge + rows) * edge + columns).astype(np.int32)


def _steps(u: Floats, edge: int) -> npt.NDArray[np.int64]:
    root = np.sqrt(1 + 3 * np.abs(u)) - 1
    return np.minimum(((np.where(u >= 0, root, -root) + 1) / 2 * edge).astype(np.int64), edge - 1)


def _neighbours(edge: int, columns: int, rows: int) -> Cells:
    inside = np.arange(6 * edge * edge, dtype=np.int32).reshape(6, edge, edge)
    found = np.roll(inside, (-rows, -columns), (1, 2))
    last = edge - 1 if columns + rows > 0 else 0
    for face in range(6):
        for place in range(edge):
            column, row = (last, place) if columns else (place, last)
            found[face, row, column] = beyond(Cell(face, column + columns, row + rows), edge).number(edge)
    return found.ravel()
