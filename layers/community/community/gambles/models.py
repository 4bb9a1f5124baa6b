"""Gambles: all players stake the same boxes, and one wins everything in them."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from community.catalog.content import Item
from community.gambles.events import GambleState
from community.inventory.models import Slot
from kernel.errors import NotFound, Refused


class Bet(Struct, frozen=True):
    """Boxes that every player has to stake."""

    item: Item
    quantity: int

    @property
    def is_void(self) -> bool:
        """Whether the boxes are no longer part of the game."""
        return self.item.retired


class Participant(Struct, frozen=True):
    """A player in a gamble, with their stake.

    Attributes:
        username: None when the player no longer exists.
        stake: the staked boxes, each with its quality.
    """

    user_id: UUID
    username: str | None
    stake: tuple[Slot, ...]


class Gamble(Struct, frozen=True):
    """A gamble, from its start to its result.

    Attributes:
        bets: the initiator's bets, which all other players match.
        participants: in the order in which they joined; empty where they were not loaded.
        winner_id, total_value: set once the boxes are opened; the value is that of everything in them.
    """

    gamble_id: UUID
    initiator_id: UUID
    state: GambleState
    bets: tuple[Bet, ...]
    created_at: datetime
    join_deadline: datetime
    participants: tuple[Participant, ...] = ()
    executed_at: datetime | None = None
    winner_id: UUID | None = None
    total_value: int | None = None

    @property
    def boxes(self) -> int:
        """How many boxes each player stakes."""
        return sum(bet.quantity for bet in self.bets)

    @property
    def is_void(self) -> bool:
        """Whether it cannot be played: some of its boxes are no longer part of the game."""
        return any(bet.is_void for bet in self.bets)

    def ended(self, state: GambleState, now: datetime, *, winner_id: UUID | None, total_value: int) -> Self:
        return replace(self, state=state, executed_at=now, winner_id=winner_id, total_value=total_value)


class BetsRequired(Refused):
    code = "bets_required"
    message = "A gamble needs boxes: say which, and how many."


class BetQuantity(Refused):
    code = "bet_quantity"
    message = "You can bet 1 to {most} boxes."


class NotALootbox(Refused):
    code = "not_a_lootbox"
    message = "You can only bet boxes, and {item} is none."


class BoxRetired(Refused):
    code = "not_a_lootbox"
    message = "{item} is no longer part of the game: you can only sell it or give it away."


class GambleActive(Refused):
    code = "gamble_active"
    message = "There is a gamble already: join that one."


class GambleNotFound(Refused):
    """There is no gamble to join; reads answer `NoSuchGamble`."""

    code = "gamble_not_found"
    message = "There is no gamble to join."


class NoSuchGamble(NotFound):
    code = "not_found"
    message = "There is no such gamble."


class GambleNotJoining(Refused):
    code = "gamble_not_joining"
    message = "This gamble is over."


class GambleTooLate(Refused):
    code = "gamble_too_late"
    message = "Too late: the boxes are being opened."


class GambleFull(Refused):
    code = "gamble_not_joining"
    message = "This gamble is full: {most} players are in it. Wait for the next one."


class AlreadyJoined(Refused):
    code = "already_joined"
    message = "You are in this gamble already."
