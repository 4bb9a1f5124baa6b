"""The cube-sphere: six faces of square cells, blown up to a sphere. Cell by cell, without numpy. Source: worlds 13.

On a face, columns go along `u` and rows along `v`; around the equator that is east and north. Nothing else decides what
a row is. The projection is the quadratic one of Google's S2: the largest cell has twice the area of the smallest, and
its inverse needs a square root only.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

Vector = tuple[float, float, float]
Axis = tuple[int, int, int]


class Face(NamedTuple):
    """The directions of a face's middle, its columns and its rows."""

    middle: Axis
    u: Axis
    v: Axis


FACES: Final = (
    Face((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    Face((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
    Face((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
    Face((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    Face((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    Face((0, 0, -1), (0, 1, 0), (1, 0, 0)),
)
SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))
"""The steps in columns and rows to the four neighbours of a cell, in the order of `Grid.neighbours`."""


class Spot(NamedTuple):
    """A point on a face in cells: (0, 0) is a corner, (.5, .5) the middle of the cell there."""

    face: int
    column: float
    row: float


class Cell(NamedTuple):
    """A cell by its face, column and row."""

    face: int
    column: int
    row: int

    def number(self, edge: int) -> int:
        """Return its place in arrays of a world whose faces have `edge` cells along each side."""
        return (self.face * edge + self.row) * edge + self.column


def cell_at(index: int, edge: int) -> Cell:
    """Return the cell at a place in arrays."""
    face, rest = divmod(index, edge * edge)
    row, column = divmod(rest, edge)
    return Cell(face, column, row)


def warp(t: float) -> float:
    """Return where on the cube's face, -1 to 1, what lies at `t`, -1 to 1, in even cells."""
    return (t * t + 2 * t) / 3 if t >= 0 else (2 * t - t * t) / 3


def unwarp(u: float) -> float:
    """Undo `warp`."""
    return sqrt(1 + 3 * u) - 1 if u >= 0 else 1 - sqrt(1 - 3 * u)


def spot_of(direction: Vector, edge: int) -> Spot:
    """Return where the ray in a direction, of any length, meets the faces."""
    face = max(range(6), key=lambda number: _along(direction, FACES[number].middle))
    middle = _along(direction, FACES[face].middle)
    u = _along(direction, FACES[face].u) / middle
    v = _along(direction, FACES[face].v) / middle
    return Spot(face, (unwarp(u) + 1) / 2 * edge, (unwarp(v) + 1) / 2 * edge)


def cell_of(direction: Vector, edge: int) -> Cell:
    """Return the cell that a direction points to."""
    face, column, row = spot_of(direction, edge)
    return Cell(face, min(int(column), edge - 1), min(int(row), edge - 1))


def direction_of(spot: Spot, edge: int) -> Vector:
    """Return the unit vector to a point on a face."""
    face = FACES[spot.face]
    u = warp(2 * spot.column / edge - 1)
    v = warp(2 * spot.row / edge - 1)
    length = sqrt(1 + u * u + v * v)
    x, y, z = ((face.middle[i] + u * face.u[i] + v * face.v[i]) / length for i in range(3))
    return x, y, z


def beyond(cell: Cell, edge: int) -> Cell:
    """Return the cell meant by a column or row one past the edge of its face; other cells as they are.

    Not both: at a corner of the cube three cells meet, and there is no cell beyond it.
    """
    column, row = 2 * cell.column + 1 - edge, 2 * cell.row + 1 - edge
    if abs(column) < edge and abs(row) < edge:
        return cell
    here = FACES[cell.face]
    step = here.u if abs(column) > edge else here.v
    over = column if abs(column) > edge else row
    towards = tuple(axis if over > 0 else -axis for axis in step)
    face = next(number for number in range(6) if FACES[number].middle == towards)
    # As whole numbers on a cube whose half side is `edge`: the step over the edge turns into a step down the next face.
    along = (here.v, row) if abs(column) > edge else (here.u, column)
    place = [edge * towards[i] + (edge - 1) * here.middle[i] + along[1] * along[0][i] for i in range(3)]
    u = sum(place[i] * FACES[face].u[i] for i in range(3))
    v = sum(place[i] * FACES[face].v[i] for i in range(3))
    return Cell(face, (u + edge - 1) // 2, (v + edge - 1) // 2)


def _along(vector: Vector, axis: Axis) -> float:
    return vector[0] * axis[0] + vector[1] * axis[1] + vector[2] * axis[2]
