"""Trades between two people who stand together."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from kernel.errors import Conflict, NotFound

Offer = Mapping[UUID, int]
"""{holding_id: quantity}"""


class Trade(Struct, frozen=True):
    """Two people, what each has put on the table, and who has accepted it as it lies there.

    Attributes:
        is_open: the second has agreed to trade; before that, nothing can be offered.
        is_heard: the other one does not ignore who acts.
    """

    trade_id: UUID
    first_id: UUID
    second_id: UUID
    is_open: bool
    offers: Mapping[UUID, Offer]
    accepted: frozenset[UUID]
    is_heard: bool = True

    def partner_of(self, character_id: UUID) -> UUID:
        """Return who the other one is."""
        return self.second_id if character_id == self.first_id else self.first_id

    def offer_of(self, character_id: UUID) -> Offer:
        """Return what someone has put on the table."""
        return self.offers.get(character_id, {})

    def opened(self) -> Trade:
        """Return the trade to which the second has agreed."""
        return replace(self, is_open=True)

    def offering(self, character_id: UUID, offer: Offer) -> Trade:
        """Return the trade with another offer of someone; who had accepted has to do so again."""
        return replace(self, offers={**self.offers, character_id: offer}, accepted=frozenset())

    def accepting(self, character_id: UUID) -> Trade:
        """Return the trade that someone accepts as it is."""
        return replace(self, accepted=self.accepted | {character_id})

    @property
    def is_agreed(self) -> bool:
        return self.accepted == {self.first_id, self.second_id}


class NoTrade(NotFound):
    """One is in no trade."""

    code = "not_found"
    message = "You are not trading. Begin with: trade <who>"


class NotOffered(NotFound):
    """Nothing of that name lies on one's side of the table."""

    code = "item_not_found"
    message = "You have not offered {typed}."


class TradingAlready(Conflict):
    """One is in a trade, and begins another."""

    code = "conflict"
    message = "You are trading already. End that first: decline"


class PartnerIgnored(Conflict):
    """One hears nothing of the other one."""

    code = "conflict"
    message = "You hear nothing from {name}, so you cannot trade. To hear them again: ignore {name}"


class GiftRefused(Conflict):
    """The other one takes nothing; they may have reasons."""

    code = "conflict"
    message = "{name} does not take that."


class PartnerGone(Conflict):
    """The other one is no longer within reach."""

    code = "conflict"
    message = "The other side is no longer within reach. Stand together to trade, or end it: decline"


class OfferGone(Conflict):
    """What was offered is no longer there."""

    code = "conflict"
    message = "What {name} had offered is not there any more. Offer again, or end it: decline"
