"""Worlds: where they are, whose they are, and who may enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kernel.errors import Conflict, NotAllowed, NotFound
from worlds.space.models import Space

AGGREGATE: Final = "world"
LOBBY: Final = UUID(int=0)
"""The world where everyone arrives. Source: worlds 6."""
TEMPERATE: Final = UUID("7e3be4a7-0000-4000-8000-000000000001")
"""The world behind the lobby's western portal."""

PUBLIC: Final = "public"
BUILDING: Final = "building"
READY: Final = "ready"


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


class WorldNotReady(Conflict):
    """The world's ground is still being made."""

    code = "conflict"
    message = "{name} is still being made: {progress} %. Wait in the lobby, and try again."
