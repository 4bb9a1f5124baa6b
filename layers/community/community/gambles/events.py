"""The events of gambles. Source: rules 16."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from kernel.events.models import Event


class BetView(BaseModel):
    item_name: str
    quantity: int


class GambleStarted(Event):
    """A player has started a gamble.

    Attributes:
        platform: where it was started; empty when it is unknown.
    """

    type: ClassVar[str] = "gamble.started"
    id: UUID
    initiator_id: UUID
    initiator_username: str
    platform: str
    state: GambleState
    created_at: datetime
    join_deadline: datetime
    bets: tuple[BetView, ...]

    @property
    def subject(self) -> UUID:
        return self.initiator_id

    @property
    def boxes(self) -> int:
        return sum(bet.quantity for bet in self.bets)


class GambleJoined(Event):
    type: ClassVar[str] = "gamble.joined"
    user_id: UUID
    username: str
    gamble_id: UUID
    boxes: int
    timestamp: int


class GamblePlayed(Event):
    """A gamble is over for one of its players.

    Attributes:
        tie_break_lost: several players had the highest score, and another of them won the tie-break.
    """

    type: ClassVar[str] = "gamble.played"
    logged: ClassVar[bool] = False
    user_id: UUID
    gamble_id: UUID
    boxes: int
    score: int
    won: bool
    near_miss: bool
    critical_fail: bool
    tie_break_lost: bool


GambleState = Literal["Created", "Joining", "Opening", "Completed", "Refunded"]
