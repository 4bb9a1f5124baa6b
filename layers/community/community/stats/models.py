"""Statistics about players."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from community.players.collected import Collected
from kernel.errors import Refused

Period = Literal["hourly", "daily", "weekly", "monthly", "yearly", "all"]


class Stat(Struct, frozen=True):
    """One counted event of a player; `data` holds details for later analysis."""

    event_type: str
    data: Mapping[str, Any] | None = None


class NewStats(Collected[Stat]):
    """The stats of a player in this action."""


class Streak(Struct, frozen=True):
    """Consecutive days on which a player was active.

    Attributes:
        days: days in a row with at least one stat, and forgiven days between them; 0 before the first.
        last_on: the last of these days.
        repaired_on: the last missed day that was forgiven, in this streak or an earlier one.
    """

    days: int = 0
    last_on: date = date.min
    repaired_on: date = date.min

    @property
    def first_on(self) -> date:
        return self.last_on - timedelta(days=self.days - 1)


class Report(Struct, frozen=True):
    """Counts of events within a period, for one player or for all.

    Attributes:
        counts: {event type: count}, the most frequent first.
        streak: the current streak in days; None in a report about all players.
        username: None in a report about all players.
    """

    period: Period
    start: datetime
    end: datetime
    counts: Mapping[str, int]
    streak: int | None = None
    username: str | None = None


class InvalidLimit(Refused):
    code = "invalid_limit"
    message = "A leaderboard has at least one place."
