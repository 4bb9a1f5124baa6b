"""Timeouts: players who are muted in their chats for a while, and names that are before anyone plays under them."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

from msgspec import Struct

from kernel.events.models import Event


class Timeout(Struct, frozen=True):
    """A timeout, as seen from one platform.

    Attributes:
        username: what the player is called there; for a name without a player, the name.
        remaining: zero when there is no timeout.
    """

    platform: str
    username: str
    remaining: timedelta

    @property
    def remaining_seconds(self) -> int:
        """The remaining time in seconds, rounded down. Source: rules 0."""
        return int(self.remaining.total_seconds())


class TimeoutApplied(Event):
    """An account was timed out: a player's timeout is announced once for each of their accounts.

    `duration_seconds` is the total remaining time, not only what was added.
    """

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
