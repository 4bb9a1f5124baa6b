"""How large a world is to walk on. Source: the design of Worlds, Terrain; worlds 6, 8 and 13."""

from __future__ import annotations

from collections.abc import Mapping
from math import atan2, pi, sqrt
from typing import Final

from worlds.generation.cube import Vector
from worlds.generation.portable import cosine, latitude, sine

EARTH: Final = 40_030_000
"""Metres around the Earth."""

CIRCUMFERENCES: Final[Mapping[str, int]] = {
    "tiny": 10_000,
    "small": 10_000,
    "medium": 5_460_000,
    "large": EARTH,
    "huge": EARTH,
}
"""{size: metres around the equator}, unless the world states its own."""


def height_factor(circumference: float) -> float:
    """Return what geological heights are multiplied with on a world that is so many metres around.

    By the root, so that mountains shrink more slowly than the planet: 4,000 m are 63 m to climb on a world of 10 km,
    1,477 m on one of 5,460 km, and 4,000 m on one like the Earth.
    """
    return sqrt(circumference / EARTH)


def direction(x: float, y: float, circumference: float) -> Vector:
    """Return the unit vector from the planet's middle to a place, metres east and north on the equator's map.

    Works beyond the seam and the poles too, so a flat world repeats itself after `circumference` metres.
    """
    longitude, latitude = x / circumference, y / circumference
    level = cosine(latitude)
    return level * cosine(longitude), level * sine(longitude), sine(latitude)


def place(towards: Vector, circumference: float) -> tuple[float, float]:
    """Return the metres east and north that `direction` leads from to a unit vector."""
    x, y, z = towards
    east = atan2(y, x) / (2 * pi) % 1
    return east * circumference, latitude(z) / 360 * circumference
