"""What a move costs, how stamina comes back, where a step looks, and flying. Pure; lengths are in decimetres.

Source: worlds 5, 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isqrt
from typing import Final

from msgspec.structs import replace

from worlds.movement.models import (
    PARTS,
    CannotFly,
    Facing,
    FlyingTooHigh,
    InsufficientStamina,
    Mode,
    NotFlying,
    Stamina,
)

HALVES: Final[Mapping[Mode, int]] = {Mode.WALK: 2, Mode.SNEAK: 3, Mode.RUN: 4, Mode.SPRINT: 8}
"""Half points of stamina per metre."""
REST_AFTER_DAMAGE: Final = timedelta(seconds=5)
_MICROSECOND: Final = timedelta(microseconds=1)

TAKE_OFF: Final = 100
"""Decimetres: also the step of `fly up` and `fly down`."""
LOWEST_CEILING: Final = 1_000
USUAL_CEILING: Final = 10_000
"""Of a world without bounds."""
_DIAGONAL: Final[Mapping[int, float]] = {1: 1.0, 2: 0.707, 3: 0.577}
"""{number of axes that change: the part of each}"""


def cost(mode: Mode, squared_length: int) -> int:
    """Return the stamina that a whole move costs, rounded up once.

    Args:
        squared_length: of the straight line in three dimensions, in square decimetres.
    """
    squared = HALVES[mode] ** 2 * squared_length
    root = isqrt(squared - 1) + 1 if squared else 0  # rounded up, which the division below does again without harm
    return -(-root // 20)


def move_cost(mode: Mode, squared_length: int, *, is_watcher: bool, is_flying: bool) -> int:
    """Return the stamina that a move costs this character: nothing for a watcher or in the air."""
    return 0 if is_watcher or is_flying else cost(mode, squared_length)


def settle(stamina: Stamina, now: datetime) -> Stamina:
    """Return the stamina at a later moment: rest brings it back, except in the seconds after damage."""
    if now <= stamina.settled_at:
        return stamina
    begin = stamina.settled_at
    if stamina.damaged_at is not None:
        begin = max(begin, stamina.damaged_at + REST_AFTER_DAMAGE)
    rested = max(0, (now - begin) // _MICROSECOND)
    parts = min(stamina.maximum * PARTS, stamina.parts + stamina.endurance * rested)
    return replace(stamina, parts=parts, settled_at=now)


def rested_at(stamina: Stamina) -> datetime:
    """Return when rest has brought all of it back; for someone without endurance, when it was settled."""
    missing = stamina.maximum * PARTS - stamina.parts
    if missing <= 0 or stamina.endurance <= 0:
        return stamina.settled_at
    begin = stamina.settled_at
    if stamina.damaged_at is not None:
        begin = max(begin, stamina.damaged_at + REST_AFTER_DAMAGE)
    return begin + _MICROSECOND * -(-missing // stamina.endurance)


def spend(stamina: Stamina, points: int) -> Stamina:
    """Return what is left of stamina that was settled.

    Raises:
        InsufficientStamina
    """
    if points > stamina.points:
        raise InsufficientStamina(cost=points, points=stamina.points)
    return replace(stamina, parts=stamina.parts - points * PARTS)


def restore(stamina: Stamina, points: int) -> Stamina:
    """Return stamina that was settled, with what food, say, adds to it."""
    return replace(stamina, parts=min(stamina.maximum * PARTS, stamina.parts + points * PARTS))


def facing(dx: int, dy: int, dz: int) -> Facing | None:
    """Return where a character looks after a step; None if it went nowhere.

    Args:
        dx, dy, dz: the step along each axis; only the signs count.
    """
    steps = dx or dy or dz
    if not steps:
        return None
    part = _DIAGONAL[sum(map(bool, (dx, dy, dz)))]
    return Facing(*(part * ((each > 0) - (each < 0)) for each in (dx, dy, dz)))


def ceiling(larger_bound: int | None) -> int:
    """Return how high one can fly.

    Args:
        larger_bound: the larger of a world's extents in x and y; None for one without bounds.
    """
    return USUAL_CEILING if larger_bound is None else max(LOWEST_CEILING, larger_bound * 4 // 1_000)


def take_off(altitude: int, highest: int, *, may_fly: bool) -> int:
    """Return the altitude after `fly`: who flies already stays there.

    Args:
        altitude: above the ground, 0 on it.
        highest: see `ceiling`.

    Raises:
        CannotFly
    """
    if not may_fly:
        raise CannotFly
    return altitude or min(TAKE_OFF, highest)


def fly_to(wanted: int, highest: int, *, may_fly: bool) -> int:
    """Return the altitude after `fly <m>`; 0 and below is landing.

    Raises:
        CannotFly, FlyingTooHigh
    """
    if not may_fly:
        raise CannotFly
    if wanted > highest:
        raise FlyingTooHigh(ceiling=highest // 10)
    return max(0, wanted)


def change_altitude(altitude: int, rise: int, highest: int) -> int:
    """Return the altitude after `up` or `down` in the air; reaching the ground is landing.

    Args:
        rise: in decimetres; below 0 for down. `fly up` and `fly down` are steps of `TAKE_OFF`.

    Raises:
        NotFlying: `altitude` is 0.
        FlyingTooHigh
    """
    if not altitude:
        raise NotFlying
    return fly_to(altitude + rise, highest, may_fly=True)
