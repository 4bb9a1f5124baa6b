"""What the game's own people ask and pay for things, and what stands in the way of a deal. Source: worlds 23.3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import Conflict, NotFound, Refused
from worlds.economy.content import COIN, market
from worlds.economy.prices import MERCHANTS, greed_factor, price
from worlds.items.models import Held
from worlds.npcs.personality import AGREEABLENESS, Personality
from worlds.relationships.models import Relationship

PAID: Final = 0.5
"""Of the usual price, that people pay who buy in order to sell again; so no one earns by selling back."""
EXPIRES: Final = timedelta(minutes=5)
"""After which an offer stands no more."""
MIDDLING: Final = 50
"""A trait of someone of whom it is not known."""


class CounterOffer(Struct, frozen=True, kw_only=True):
    """What someone would agree to instead of what was offered.

    Attributes:
        offered, requested: holding ids, of who has offered and of the other one.
    """

    seller_id: UUID
    offered: UUID
    offered_quantity: int
    requested: UUID
    requested_quantity: int
    made_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Tell whether it still stands."""
        return now < self.made_at + EXPIRES


class Seller(Struct, frozen=True):
    """One of the game's own people, as one deals with them.

    Attributes:
        born: milliseconds of the world's own time.
        doing: what they are doing, as `worlds.npcs.doing` has it.
    """

    personality: Personality
    born: int
    doing: str

    @property
    def kindness(self) -> float:
        """Agreeableness, 0 to 100."""
        return self.personality.get(AGREEABLENESS, MIDDLING)


class LocalMarket(Struct, frozen=True, kw_only=True):
    """What is known of the market within a kilometre.

    Attributes:
        wanted: {(item, day): units that people wanted to buy}.
        supply: {item: units that the game's own people have}.
        sellers: {character: as one deals with them}, of those within reach.
        opinions: {character: what they think of who acts}, of those within reach; who is not there is a stranger.
        counter: the offer that one has been made last.
    """

    wanted: Mapping[tuple[str, int], int] = field(default_factory=dict)
    supply: Mapping[str, int] = field(default_factory=dict)
    sellers: Mapping[UUID, Seller] = field(default_factory=dict)
    opinions: Mapping[UUID, Relationship] = field(default_factory=dict)
    counter: CounterOffer | None = None

    def demand(self, item: str, day: int, days: int) -> int:
        """Return what people wanted to buy in so many days until now."""
        return sum(units for (each, on), units in self.wanted.items() if each == item and day - days < on <= day)


UNKNOWN: Final = LocalMarket()


def worth(held: Held) -> float:
    """Return what one of a stack is worth where there is as much of it as people want; what is worn out, less.

    Raises:
        NoPrice
    """
    value = 1 if held.item.key == COIN else market.values.get(held.item.key)
    if value is None:
        raise NoPrice(item=held.name)
    return value * held.durability / held.item.durability


def asked(held: Held, demand: int, supply: int, *, kindness: float, affection: float) -> float:
    """Return what someone asks for one."""
    return price(
        worth(held), demand, supply, quality=held.quality, affection=affection, merchant=greed_factor(kindness)
    )


def usual(held: Held, demand: int, supply: int) -> float:
    """Return what one costs among people who are indifferent to each other; coins are coins."""
    return worth(held) if held.item.key == COIN else price(worth(held), demand, supply, quality=held.quality)


def greed_of(kindness: float) -> float:
    """Return how much someone wants to gain, 0 to 1."""
    least, most = MERCHANTS
    return (greed_factor(kindness) - least) / (most - least)


class NoSeller(NotFound):
    """None of the game's own people are within reach."""

    code = "target_not_found"
    message = "No one is within three metres who buys and sells. Look for people with: look, and go up to them."


class TooYoungToTrade(Refused):
    """A child."""

    code = "invalid_command"
    message = "{name} is a child and does not trade."


class NotASeller(Refused):
    """A player: prices are theirs to say."""

    code = "invalid_command"
    message = "{name} is a player and sets prices in person. Write: trade {name}"


class SellsInstead(Refused):
    """One of the game's own people, who does not put things on a table."""

    code = "invalid_command"
    message = "{name} buys and sells at a price. Write: prices {name}, or barter {name} <n item for n item>"


class NotForSale(NotFound):
    """The seller has nothing of that name."""

    code = "item_not_found"
    message = "There is no {typed} for sale here. Write prices to see what there is."


class NothingForSale(NotFound):
    """The seller has nothing at all."""

    code = "item_not_found"
    message = "{name} has nothing to sell. To sell something of yours: sell <item> to {name}"


class NoPrice(Refused):
    """Something that no one trades."""

    code = "invalid_command"
    message = "No one here knows what this is worth: {item}. Keep it, or give it away."


class TooFewCoins(Refused):
    """One cannot pay."""

    code = "invalid_input"
    message = "That costs {total} coins, and you have {coins}. Sell something first, or offer goods: barter {name} ..."


class SellerTooPoor(Conflict):
    """The buyer among the game's own people cannot pay."""

    code = "conflict"
    message = "{name} would pay {total} coins, and has {coins}. Sell less of it, or ask for goods: barter {name} ..."


class WorthTooLittle(Refused):
    """Not a single coin."""

    code = "invalid_input"
    message = "That is not worth a coin to {name}. Sell more of it at once."


class PartnerLaden(Conflict):
    """The other one can carry no more."""

    code = "conflict"
    message = "{name} cannot carry any more. Trade for less, or find someone else."


class OfferRejected(Refused):
    """Far too little."""

    code = "invalid_input"
    message = "{name} shakes their head: that is far too little for {things}. Offer more, or look at: prices {name}"


class NoCounterOffer(NotFound):
    """There is nothing to agree to."""

    code = "not_found"
    message = "{name} has made you no offer. Begin with: barter {name} <n item for n item>"


class CounterExpired(Conflict):
    """Five minutes have passed."""

    code = "conflict"
    message = "{name} does not stand by that any more: it was more than five minutes ago. Offer anew."


class CounterGone(Conflict):
    """What it was about is no longer there, or one has too little."""

    code = "conflict"
    message = "You do not both have what that offer was about any more. Offer anew: barter {name} <n item for n item>"
