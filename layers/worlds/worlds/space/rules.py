"""Moves and distances. On a sphere they lead across the seam and over the poles. Source: worlds 8 and 13.

A sphere's map is flat: it is as far around the equator as around any other parallel. Its seam joins x = 0 with the
circumference C. A way over a pole comes down on the opposite meridian, so the places (x, y), (x + C/2, C/2 - y) and
(x + C/2, -C/2 - y) are one and the same.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from typing import Final

from worlds.space.models import METRE, OutOfBounds, Position, Space

EYE: Final = 17
"""How high above one's position the eyes are."""


def place_at(space: Space, x: int, y: int, z: int = 0) -> Position | None:
    """Return the position that coordinates of any size lead to; None outside a world's walls."""
    if space.shape == "spherical":
        pole, around = space.pole, space.circumference
        y = (y + pole) % around - pole  # over both poles is once around
        if y > pole:
            x, y = x + space.half, space.half - y
        return Position(x % around, y, z)
    place = Position(x, y, z)
    if space.shape == "bounded_cube" and not all(
        low <= here <= high for low, here, high in zip(space.lowest, place, space.highest, strict=True)
    ):
        return None
    return place


def is_place(space: Space, x: int, y: int) -> bool:
    """Tell whether coordinates are those of a place in a world, and lead neither over its seam nor through a wall."""
    return place_at(space, x, y) == (x, y, 0)


def moved(space: Space, start: Position, dx: int, dy: int, dz: int = 0) -> Position:
    """Return where a move ends.

    Raises:
        OutOfBounds: beyond a wall.
    """
    end = place_at(space, start.x + dx, start.y + dy, start.z + dz)
    if end is None:
        raise OutOfBounds
    return end


def offset(space: Space, start: Position, end: Position) -> tuple[int, int, int]:
    """Return the shortest way from one position to another, along the three axes."""
    dx, dy, dz = end.x - start.x, end.y - start.y, end.z - start.z
    if space.shape != "spherical":
        return dx, dy, dz
    half = space.half
    dx = _least(dx, space.circumference)
    over_x = _least(dx + half, space.circumference)
    over_y = (half if start.y + end.y >= 0 else -half) - start.y - end.y
    if over_x * over_x + over_y * over_y < dx * dx + dy * dy:
        return over_x, over_y, dz
    return dx, dy, dz


def _least(distance: int, around: int) -> int:
    """Return a distance along a circle, from minus half of it up to half of it."""
    half = around // 2
    return half - (half - distance) % around


def squared_distance(space: Space, start: Position, end: Position) -> int:
    """Return the square of the shortest distance, in square decimetres."""
    dx, dy, dz = offset(space, start, end)
    return dx * dx + dy * dy + dz * dz


def is_within(space: Space, start: Position, end: Position, radius: int) -> bool:
    """Return whether the distance is at most `radius`."""
    return squared_distance(space, start, end) <= radius * radius


def line_of_sight(space: Space, start: Position, end: Position, elevation: Callable[[int, int], int]) -> bool:
    """Return whether two people see each other over the ground between them, which is looked at once a metre.

    Args:
        elevation: returns the height of the ground at x and y.
    """
    start, end = sorted((start, end))  # so that both get the same answer
    dx, dy, _ = offset(space, start, end)
    eye = elevation(start.x, start.y) + start.z + EYE
    rise = elevation(end.x, end.y) + end.z + EYE - eye
    steps = isqrt(dx * dx + dy * dy) // METRE + 1
    for step in range(1, steps):
        between = moved(space, start, dx * step // steps, dy * step // steps)
        if (elevation(between.x, between.y) - eye) * steps > rise * step:
            return False
    return True
