"""The values and refusals of moving."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from kernel.errors import Refused

PARTS: Final = 10_000_000
"""Parts of a point of stamina. A tenth of a point per second for each point of Endurance is then one part for each
microsecond, so that no rest is ever rounded."""


class Mode(StrEnum):
    """A way to walk."""

    WALK = "walk"
    SNEAK = "sneak"
    RUN = "run"
    SPRINT = "sprint"


class Facing(NamedTuple):
    """Where a character looks: a vector whose length is 1, to three digits."""

    x: float
    y: float
    z: float


class Stamina(Struct, frozen=True):
    """A character's stamina, as it was at a moment.

    Attributes:
        parts: ten-millionths of a point, from 0 to the maximum's.
        maximum: in points.
        endurance: the attribute; decides how fast stamina comes back.
        settled_at: the moment.
        damaged_at: when the character was last hurt; None if that is long ago.
    """

    parts: int
    maximum: int
    endurance: int
    settled_at: datetime
    damaged_at: datetime | None = None

    @property
    def points(self) -> int:
        """Whole points, which is what can be spent."""
        return self.parts // PARTS


class InsufficientStamina(Refused):
    code = "insufficient_stamina"
    message = "That costs {cost} stamina and you have {points}. Rest a little, or go a shorter way."


class CannotFly(Refused):
    code = "movement_blocked"
    message = "You cannot fly. Only watchers can."


class NotFlying(Refused):
    code = "movement_blocked"
    message = "You are standing on the ground. Write: fly"


class FlyingTooHigh(Refused):
    code = "movement_blocked"
    message = "The air is too thin up there: you cannot fly higher than {ceiling} m."
