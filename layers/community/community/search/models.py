"""Searching for treasure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from community.inventory.models import Quality
from kernel.events.models import Event


class Luck(Enum):
    CRITICAL_SUCCESS = auto()
    SUCCESS = auto()
    NEAR_MISS = auto()
    FAILURE = auto()
    CRITICAL_FAIL = auto()


@dataclass(frozen=True, slots=True)
class Outcome:  # no struct, which no event can hold
    """The outcome of one search.

    Attributes:
        quantity: boxes found; 0 for a failure.
        quality: of the boxes.
        xp: experience as explorer, also for a failure.
        streak_days: length of the streak that improved the quality; 0 without one.
        exhausted: this search reached the limit after which searches find little.
    """

    luck: Luck
    quantity: int
    quality: Quality
    xp: int
    streak_days: int = 0
    exhausted: bool = False

    @property
    def success(self) -> bool:
        return self.quantity > 0


class SearchPerformed(Event):
    """A player has searched. `outcome` is for the reactions, and not part of the payload."""

    type: ClassVar[str] = "search.performed"
    user_id: UUID
    success: bool
    timestamp: int
    outcome: Outcome = Field(exclude=True)
