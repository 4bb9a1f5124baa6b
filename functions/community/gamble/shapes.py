"""Requests and responses of the gamble group. Source: wire 2 and 8."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from community.catalog.content import items
from community.gambles.events import GambleState
from community.gambles.models import Gamble, Participant
from doors.fields import Body, ChatLine, Timestamp
from functions.community.shapes.fields import QUANTITY_SCHEMA, Caller, ItemName, read_by
from functions.community.shapes.qualities import AskedQuality
from kernel.quantities import Wanted, parse_quantity

MOST_BETS = 10
HIGHEST = 10**40
"""A number beyond is refused as such, every other as a bet."""


def _none_if_empty(text: Any) -> Any:
    return None if text == "" else text


GambleId = Annotated[UUID | None, BeforeValidator(_none_if_empty)]
"""Some clients send an empty string for no id."""


class RequestedBet(Body):
    item_name: ItemName
    quantity: Annotated[Wanted, read_by(lambda value: parse_quantity(value, -HIGHEST, HIGHEST)), QUANTITY_SCHEMA]


class StartRequest(Caller):
    """A gamble to start. The game checks `bets` and their quantities, because it has error codes for them.

    `join_seconds` is not in the original's API: how long others may join, where that differs from the setting.
    """

    bets: list[RequestedBet] = Field(default_factory=list[RequestedBet], max_length=MOST_BETS)
    join_seconds: Annotated[int, Field(ge=10, le=3600)] | None = None
    quality_level: AskedQuality = None


class StartResponse(BaseModel):
    message: ChatLine
    gamble_id: UUID


class JoinRequest(Caller):
    gamble_id: GambleId = None
    quality_level: AskedQuality = None


class LootboxBet(BaseModel):
    item_name: str
    quantity: int
    quality_level: str


class ParticipantView(BaseModel):
    gamble_id: UUID
    user_id: UUID
    username: str | None = None
    lootbox_bets: list[LootboxBet]


class GambleView(BaseModel):
    id: UUID
    initiator_id: UUID
    state: GambleState
    created_at: Timestamp
    join_deadline: Timestamp
    executed_at: Timestamp | None = None
    participants: list[ParticipantView] | None = None
    winner_id: UUID | None = None
    total_value: int | None = None

    @classmethod
    def of(cls, gamble: Gamble) -> GambleView:
        return cls(**_fields(gamble))


class ActiveGamble(GambleView):
    """The active gamble twice, for two kinds of clients: as fields, and as `gamble`."""

    active: Literal[True] = True
    gamble: GambleView

    @classmethod
    def of(cls, gamble: Gamble) -> ActiveGamble:
        return cls(gamble=GambleView.of(gamble), **_fields(gamble))


class NoActiveGamble(BaseModel):
    active: Literal[False] = False


def _fields(gamble: Gamble) -> dict[str, Any]:
    return {
        "id": gamble.gamble_id,
        "initiator_id": gamble.initiator_id,
        "state": gamble.state,
        "created_at": gamble.created_at,
        "join_deadline": gamble.join_deadline,
        "executed_at": gamble.executed_at,
        "participants": [_participant(gamble, participant) for participant in gamble.participants] or None,
        "winner_id": gamble.winner_id,
        "total_value": gamble.total_value,
    }


def _participant(gamble: Gamble, participant: Participant) -> ParticipantView:
    return ParticipantView(
        gamble_id=gamble.gamble_id,
        user_id=participant.user_id,
        username=participant.username,
        lootbox_bets=[
            LootboxBet(
                item_name=items.stored(slot.item_id).internal_name,
                quantity=slot.quantity,
                quality_level=slot.quality,
            )
            for slot in participant.stake
        ],
    )
