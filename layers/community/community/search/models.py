"""Looking for treasure."""

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
class Outcome:
    """What one search comes to.

    Attributes:
        quantity: boxes found; 0 for a failure.
        quality: of the boxes.
        xp: for the explorer, found or not.
        streak_days: of the streak that made the find a finer one; 0 when none did.
        exhausted: with this search the best places are searched.
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
    """`outcome` is for the reactions; it stays out of the payload."""

    type: ClassVar[str] = "search.performed"
    user_id: UUID
    success: bool
    timestamp: int
    outcome: Outcome = Field(exclude=True)
