"""The clock of a world, and what it shows. Real time is in milliseconds since 1970, game time since the world began."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from kernel.errors import Refused

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NORMAL: Final = 1_000
"""The dilation of a world whose time passes as real time does, in thousandths."""


def milliseconds(moment: datetime) -> int:
    """Return the real time as clocks of worlds count it."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


class WorldClock(Struct, frozen=True):
    """What a world's time is computed from: game time = anchor + real time since the anchor × dilation.

    Game time is kept in microseconds, which are milliseconds × thousandths: so nothing is ever rounded, however often
    the anchor is moved.

    Attributes:
        real_ms: when the clock was last set.
        game_us: what it was set to.
        dilation: thousandths of real time.
        frozen_us: the game time that the clock shows while it is paused.
    """

    real_ms: int
    game_us: int = 0
    dilation: int = NORMAL
    frozen_us: int | None = None

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self.frozen_us is not None


class GameSpan(NamedTuple):
    """Game time from one moment, which does not belong to it, to another, which does; in milliseconds."""

    start: int
    end: int


class PartOfDay(StrEnum):
    """What a time of day is called."""

    NIGHT = "Night"
    DAWN = "Dawn"
    MORNING = "Morning"
    NOON = "Noon"
    AFTERNOON = "Afternoon"
    DUSK = "Dusk"
    EVENING = "Evening"


class Season(StrEnum):
    """A quarter of the year, on the northern half of a world."""

    SPRING = "Spring"
    SUMMER = "Summer"
    AUTUMN = "Autumn"
    WINTER = "Winter"


class Moment(NamedTuple):
    """A game time as people say it."""

    year: int
    """The first is 1."""
    day: int
    """Since the world began; the first is 1."""
    day_of_year: int
    """1 to 360."""
    hour: int
    minute: int
    sun: float
    """The fraction of the day that is over: 0 is midnight, .5 noon."""
    part: PartOfDay
    season: Season
    season_progress: float
    """The fraction of the season that was over when the day began."""


class TimeChange(NamedTuple):
    """A change that people notice."""

    game_ms: int
    what: PartOfDay | Season
    """What begins."""


class DilationOutOfRange(Refused):
    """Time would run too slowly or too fast."""

    code = "invalid_input"
    message = "Time can run from 0.1 to 100 times as fast as real time, not {dilation} times."
