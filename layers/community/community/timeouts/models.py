"""Timeouts: names that are muted in a chat for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal

from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class Timeout:
    """A name's timeout on a platform.

    Attributes:
        remaining: zero when the name is not timed out.
    """

    platform: str
    username: str
    remaining: timedelta

    @property
    def remaining_seconds(self) -> int:
        """The remaining time in seconds, rounded down. Source: rules 0."""
        return int(self.remaining.total_seconds())


class TimeoutApplied(Event):
    """A name was timed out. `duration_seconds` is the total remaining time, not only what was added."""

    type: ClassVar[str] = "timeout.applied"
    platform: str
    username: str
    action: Literal["applied"] = "applied"
    duration_seconds: int
    reason: str
    timestamp: int


class TimeoutCleared(Event):
    type: ClassVar[str] = "timeout.cleared"
    platform: str
    username: str
    action: Literal["cleared"] = "cleared"
    duration_seconds: Literal[0] = 0
    reason: str
    timestamp: int
