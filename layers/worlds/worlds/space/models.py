"""Positions, and the shapes of worlds. Lengths are whole decimetres."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from kernel.errors import Refused

Shape = Literal["spherical", "bounded_cube", "infinite"]

METRE: Final = 10
"""Decimetres."""


class Position(NamedTuple):
    """A place in a world.

    On a sphere x is from 0 up to but not including the circumference, and y from the south pole to the north pole, a
    quarter of the circumference from the equator.
    """

    x: int
    """To the east."""
    y: int
    """To the north."""
    z: int = 0
    """Above the ground."""


LOWEST: Final = Position(-1_000_000 * METRE, -1_000_000 * METRE, -1_000 * METRE)
HIGHEST: Final = Position(1_000_000 * METRE, 1_000_000 * METRE, 10_000 * METRE)


class Space(Struct, frozen=True):
    """The shape of a world.

    Attributes:
        circumference: of a sphere, and even, so that the opposite meridian is at a whole decimetre. `sphere` rounds.
        lowest: the south-west corner of the floor of a bounded cube.
        highest: the north-east corner of its ceiling.

    Raises:
        ValueError: there is no such world.
    """

    shape: Shape
    circumference: int = 0
    lowest: Position = LOWEST
    highest: Position = HIGHEST

    def __post_init__(self) -> None:
        if self.shape == "spherical" and (self.circumference <= 0 or self.circumference % 2):
            raise ValueError(f"a circumference of {self.circumference} dm")
        if any(low > high for low, high in zip(self.lowest, self.highest, strict=True)):
            raise ValueError(f"a box from {self.lowest} to {self.highest}")

    @property
    def half(self) -> int:
        """Half the way around a sphere."""
        return self.circumference // 2

    @property
    def pole(self) -> int:
        """How far the poles of a sphere are from the equator; half a decimetre more if that is no whole number."""
        return self.circumference // 4


def sphere(metres: float = 10_000) -> Space:
    """Return a sphere that is so many metres around, to the nearest even number of decimetres."""
    return Space("spherical", 2 * round(metres * METRE / 2))


LOBBY: Final = Space("bounded_cube", lowest=Position(0, 0, 0), highest=Position(10 * METRE, 10 * METRE, 10 * METRE))


class Direction(Enum):
    """The ten directions, and how a step of one goes along the axes. Source: worlds 8."""

    NORTH = (0, 1, 0)
    NORTHEAST = (1, 1, 0)
    EAST = (1, 0, 0)
    SOUTHEAST = (1, -1, 0)
    SOUTH = (0, -1, 0)
    SOUTHWEST = (-1, -1, 0)
    WEST = (-1, 0, 0)
    NORTHWEST = (-1, 1, 0)
    UP = (0, 0, 1)
    DOWN = (0, 0, -1)


class OutOfBounds(Refused):
    """The move would lead out of a world that has walls."""

    code = "movement_blocked"
    capital_code = "MOVEMENT_BLOCKED"
    message = "A wall stops you: this is the edge of the world."
