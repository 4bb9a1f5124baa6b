"""Places of things that are derived and not stored: so many in each square of the ground, and some in clusters.

Everyone who asks about a square gets the same places, and no other square has to be known. Without numpy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec import Struct

from worlds.generation.portable import cosine, sine
from worlds.generation.randomness import MASK, STEP, mix, unit_at

_COLUMN, _ROW = 0x8DA6B343D8163841, 0xCB1AB31F27D4EB2F
_PLACE: Final = 8
"""Numbers of a stream that a place is drawn from; who uses its key goes on behind them."""


class Ring(Struct, frozen=True):
    """Others around a place: with a chance, so many, and so far away in decimetres."""

    chance: float
    few: int
    many: int
    near: int
    far: int


class Sown(NamedTuple):
    """A place where something may be."""

    key: int
    """Of its own stream; its first numbers are used up."""
    cluster: int
    """The key of the place that it is around, or its own."""
    x: int
    y: int
    """Decimetres; of those in a cluster, perhaps beyond the seam of a world."""
    name: str
    """Tells it from all others of the same kind in its world."""


def sown(key: int, column: int, row: int, side: int, mean: float) -> list[Sown]:
    """Return the places in a square.

    Args:
        key: of the stream of such things.
        side: of the square, in decimetres.
        mean: how many there are on average.
    """
    square = mix((key + column * _COLUMN + row * _ROW) & MASK)
    count = int(mean + unit_at(square, 0))
    found: list[Sown] = []
    for number in range(count):
        own = mix((square + (number + 1) * STEP) & MASK)
        x = column * side + int(unit_at(own, 0) * side)
        y = row * side + int(unit_at(own, 1) * side)
        found.append(Sown(own, own, x, y, f"{column}.{row}.{number}"))
    return found


def clustered(place: Sown, rings: tuple[Ring, ...]) -> Iterator[Sown]:
    """Yield a place and those around it: each ring only if there is the one before."""
    yield place
    for number, ring in enumerate(rings):
        own = mix((place.cluster + (number + 1) * _ROW) & MASK)
        if unit_at(own, 0) >= ring.chance:
            return
        count = ring.few + int(unit_at(own, 1) * (ring.many - ring.few + 1))
        for each in range(count):
            member = mix((own + (each + 1) * STEP) & MASK)
            away = ring.near + unit_at(member, 2) * (ring.far - ring.near)
            turn = unit_at(member, 3)
            yield Sown(
                member,
                place.cluster,
                place.x + round(away * cosine(turn)),
                place.y + round(away * sine(turn)),
                f"{place.name}.{number}.{each}",
            )


def draw(key: int, number: int) -> float:
    """Return a number of the stream of a place, from 0 up to but not including 1."""
    return unit_at(key, _PLACE + number)
