"""The event of a gamble that is over."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from kernel.events.models import Event


class Score(BaseModel):
    user_id: UUID
    username: str
    score: int


class PrizeItem(BaseModel):
    """Items of one kind and quality in a prize; `display_name` is the name for that many."""

    item_name: str
    public_name: str
    display_name: str
    quantity: int
    quality_level: str


class GambleCompleted(Event):
    """A gamble has ended, with a winner or with a refund.

    Attributes:
        winner_id, winner_username: None when everyone was refunded.
        participants: the best `MAX_SHOWN`, highest score first.
        items: the winner's prize.
    """

    MAX_SHOWN: ClassVar[int] = 25

    type: ClassVar[str] = "gamble.complete"
    gamble_id: UUID
    initiator_id: UUID
    winner_id: UUID | None
    winner_username: str | None
    total_value: int
    participant_count: int
    participants: tuple[Score, ...]
    items: tuple[PrizeItem, ...]
    timestamp: int

    @property
    def subject(self) -> UUID | None:
        return self.winner_id
