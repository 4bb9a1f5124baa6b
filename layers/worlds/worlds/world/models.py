"""Worlds: where they are, whose they are, and who may enter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import Conflict, NotAllowed, NotFound, Refused
from worlds.space.models import Space
from worlds.time import rules
from worlds.time.models import NORMAL, Moment, WorldClock, milliseconds

AGGREGATE: Final = "world"
LOBBY: Final = UUID(int=0)
"""The world where everyone arrives. Source: worlds 6."""
TEMPERATE: Final = UUID("7e3be4a7-0000-4000-8000-000000000001")
"""The world behind the lobby's western portal."""

PUBLIC: Final = "public"
PRIVATE: Final = "private"
INVITE: Final = "invite"
"""Everyone sees it in the list; only members enter."""
OWNER: Final = "owner"
ADMIN: Final = "admin"
GUEST: Final = "guest"
BUILDING: Final = "building"
READY: Final = "ready"
FAILED: Final = "failed"


class WorldTime(Struct, frozen=True):
    """What the time of a world is computed from.

    Attributes:
        game_anchor: milliseconds of the world's own time at `real_anchor`.
        is_paused: the clock shows `game_anchor` until it is resumed.
        owed: milliseconds of real time that a pause took before `real_anchor` and that are still to be paid.
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

    @property
    def day_length(self) -> int:
        """The milliseconds of a day."""
        return self.hours_per_day * rules.HOUR

    def at(self, now: datetime) -> int:
        """Return the milliseconds of the world's own time."""
        return rules.game_time(self.clock, milliseconds(now))

    def moment(self, now: datetime) -> Moment:
        """Return the date and the time of day in the world."""
        return rules.moment(self.at(now), self.hours_per_day)


class WeatherOrder(Struct, frozen=True):
    """Weather that a world's owner has set, all over the world.

    Attributes:
        state: one of `weather.models.WeatherState`.
        since: the first slot of half an hour of game time that has it.
        until: the first slot that does not.
    """

    state: str
    since: int
    until: int


class World(Struct, frozen=True, kw_only=True):
    """A world, as of `version`.

    Attributes:
        owner_id: None for those of the system, and where the owner's account is gone.
        seats: how many may be inside at once; None for no limit.
        generation: what its ground was made from.
        weather: what its owner has set, perhaps in the past; None for nothing.
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
    weather: WeatherOrder | None = None
    created_at: datetime

    @property
    def is_lobby(self) -> bool:
        return self.world_id == LOBBY

    @property
    def progress(self) -> int:
        """Per cent of its ground that is made."""
        return 100 if self.status == READY else self.generation.get("progress", 0)


class Admission(Struct, frozen=True):
    """What decides whether someone may enter a world.

    Attributes:
        role: as a member; None for none.
        inside: how many others are there.
        is_admin: administers the installation.
    """

    role: str | None
    inside: int
    is_admin: bool = False


class ListedWorld(Struct, frozen=True):
    """A world in the directory.

    Attributes:
        players: how many are there now.
        role: of who asks, as a member; None for none.
    """

    world: World
    players: int
    role: str | None


class WorldMember(Struct, frozen=True):
    """Someone who belongs to a world."""

    account_id: UUID
    user_name: str | None
    role: str
    since: datetime


class WorldNotFound(NotFound):
    """There is no such world."""

    code = "world_not_found"
    message = "There is no such world. GET /api/game/worlds lists those that there are."


class WorldPrivate(NotAllowed):
    """The world's owner lets only some people in, and no one else learns its name."""

    code = "world_private"
    message = "This world is private. Its owner can invite you."


class WorldInviteOnly(NotAllowed):
    """The world is in the directory, and its owner lets only some people in."""

    code = "world_private"
    message = "{name} is open to those who are invited. Its owner can invite you."


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


class WorldNameTaken(Conflict):
    """Names of worlds are unique, ignoring case."""

    code = "conflict"
    message = "There is a world called {name} already. Choose another name."


class WorldNameInvalid(Refused):
    """The name is empty, too long, or has other characters."""

    code = "invalid_input"
    message = "A world's name has 1 to {most} letters, digits, spaces, hyphens and apostrophes."


class WorldShapeInvalid(Refused):
    """A shape and its sizes that do not go together."""

    code = "invalid_input"
    message = "{problem}"


class NotYourWorld(NotAllowed):
    """Only the owner, and administrators, may do it."""

    code = "forbidden"
    message = "Only the owner of {name} can do that."


class SystemWorld(NotAllowed):
    """The lobby, and the worlds that came with the game."""

    code = "forbidden"
    message = "{name} belongs to the game, and stays."


class WorldInUse(Conflict):
    """Other people are in the world."""

    code = "conflict"
    message = (
        "Others are in {name} now: {others}. Make it private, and those who do not belong to it have to leave; remove"
        " members who are there, or wait for them."
    )


class UserNotFound(NotFound):
    """No account has this name."""

    code = "user_not_found"
    message = "No one has the user name {typed}. Ask them for it: it is not their e-mail address."


class MemberNotFound(NotFound):
    """The account does not belong to the world."""

    code = "user_not_found"
    message = "They are no member of {name}."


class OwnerStays(Conflict):
    """A world keeps its owner."""

    code = "conflict"
    message = "The owner of {name} cannot be removed, nor get another role."


class OwnersOnly(NotAllowed):
    code = "forbidden"
    message = "Only the owner of this world can do that."


class AdminsOnly(NotAllowed):
    """Who acts is a guest in the world."""

    code = "forbidden"
    message = "Only the owner of this world, and its admins, can do that."
