"""Worlds: where they are, whose they are, and who may enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kernel.errors import Conflict, NotAllowed, NotFound
from worlds.space.models import Space
from worlds.time import rules
from worlds.time.models import NORMAL, Moment, WorldClock

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
AGGREGATE: Final = "world"
LOBBY: Final = UUID(int=0)
"""The world where everyone arrives. Source: worlds 6."""
TEMPERATE: Final = UUID("7e3be4a7-0000-4000-8000-000000000001")
"""The world behind the lobby's western portal."""

PUBLIC: Final = "public"
BUILDING: Final = "building"
READY: Final = "ready"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class WorldTime:
    """What the time of a world is computed from.

    Attributes:
        game_anchor: milliseconds of the world's own time at `real_anchor`.
        owed: milliseconds of real time that pauses took and that are still to be paid.
    """

    game_anchor: int
    real_anchor: datetime
    dilation: Decimal = Decimal(1)
    hours_per_day: int = 24
    is_paused: bool = False
    owed: int = 0

    @property
    def clock(self) -> WorldClock:
        """The clock that shows it. A paused one shows what it did at `real_anchor`."""
        game_us = self.game_anchor * 1_000
        return WorldClock(
            real_ms=milliseconds(self.real_anchor) - self.owed,
            game_us=game_us,
            dilation=round(self.dilation * NORMAL),
            frozen_us=game_us if self.is_paused else None,
        )

    def at(self, now: datetime) -> int:
        """Return the milliseconds of the world's own time."""
        return rules.game_time(self.clock, milliseconds(now))

    def moment(self, now: datetime) -> Moment:
        """Return the date and the time of day in the world."""
        return rules.moment(self.at(now), self.hours_per_day)


def milliseconds(moment: datetime) -> int:
    """Return the real time as clocks of worlds count it."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A world, as of `version`.

    Attributes:
        owner_id: None for those of the system, and where the owner's account is gone.
        seats: how many may be inside at once; None for no limit.
        generation: what its ground was made from.
    """

    world_id: UUID
    version: int
    name: str
    space: Space
    owner_id: UUID | None
    is_system: bool = False
    privacy: str = PUBLIC
    seats: int | None = None
    status: str = READY
    generation: Mapping[str, Any] = field(default_factory=dict)
    time: WorldTime
    told_until: int = 0
    created_at: datetime

    @property
    def is_lobby(self) -> bool:
        return self.world_id == LOBBY


class WorldNotFound(NotFound):
    """There is no such world."""

    code = "world_not_found"
    message = "There is no such world. GET /api/game/worlds lists those that there are."


class WorldPrivate(NotAllowed):
    """The world's owner lets only some people in."""

    code = "world_private"
    message = "{name} is private. Its owner can invite you."


class WorldFull(Conflict):
    """All seats of a world are taken."""

    code = "world_full"
    message = "{name} is full. Try again when someone has left."


class WorldFailed(Conflict):
    """The world's ground could not be made."""

    code = "conflict"
    message = "{name} could not be made. Its owner can delete it and make another one."


class WorldNotReady(Conflict):
    """The world's ground is still being made."""

    code = "conflict"
    message = "{name} is still being made: {progress} %. Wait in the lobby, and try again."
