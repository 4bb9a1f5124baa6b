"""Squares of 100 m by which entities are indexed, and which of them are near. Source: the design of Worlds, Space."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from worlds.space.models import METRE, Position, Space

SIDE: Final = 100 * METRE
ROW: Final = 2**32
"""What a cell's number grows by from one row to the next."""


def cell_of(position: Position) -> int:
    """Return the number of the cell that a position is in; a bigint holds it up to 200 million km away.

    In SQL: `floor(y / 1000.0)::bigint * 4294967296 + floor(x / 1000.0)::bigint`. The last column of a sphere is
    narrower if the circumference is no multiple of 100 m.
    """
    return position.y // SIDE * ROW + position.x // SIDE


def cells_near(space: Space, centre: Position, radius: int) -> list[int]:
    """Return the cells of all positions within a radius, each once, in order.

    They hold positions farther away, too: `is_within` decides. There are about (radius / 50 m + 1)² of them.
    """
    return sorted(row * ROW + column for column, row in squares_near(space, centre, radius, SIDE))


def squares_near(space: Space, centre: Position, radius: int, side: int) -> set[tuple[int, int]]:
    """Return the (column, row) of the squares of all positions within a radius; `side` is theirs in decimetres."""
    return {
        (column, row)
        for x, low, high in _images(space, centre, radius)
        for row in range(low // side, high // side + 1)
        for column in _columns(space, x - radius, x + radius, side)
    }


def _images(space: Space, centre: Position, radius: int) -> Iterator[tuple[int, int, int]]:
    """Yield where the centre is seen from within the world, as x and the range of y that is within the radius."""
    if space.shape == "infinite":
        yield centre.x, centre.y - radius, centre.y + radius
        return
    places = [(centre.x, centre.y)]
    south, north = space.lowest.y, space.highest.y
    if space.shape == "spherical":
        south, north = -space.pole, space.pole
        places += [(centre.x + space.half, over - centre.y) for over in (space.half, -space.half)]
    for x, y in places:
        if (low := max(south, y - radius)) <= (high := min(north, y + radius)):
            yield x, low, high


def _columns(space: Space, west: int, east: int, side: int) -> Iterator[int]:
    """Yield the columns from `west` to `east`; some twice on the way around a sphere."""
    if space.shape == "bounded_cube":
        west, east = max(west, space.lowest.x), min(east, space.highest.x)
    elif space.shape == "spherical":
        last = space.circumference - 1
        if east - west >= last:
            west, east = 0, last
        else:
            west, east = west % space.circumference, east % space.circumference
        if east < west:
            yield from range(west // side, last // side + 1)
            west = 0
    yield from range(west // side, east // side + 1)
