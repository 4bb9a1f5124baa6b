"""Goods for goods: whether someone agrees to an exchange, or wants more. Pure. Source: worlds 23.3."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import ceil
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

COUNTERED: Final = 0.8
"""Of what is needed, from which one asks for more instead of walking away."""
MORE: Final = 0.25

FRIEND: Final = 60
DISLIKED: Final = 0
FRIENDS: Final = (0.7, 1.3)
OTHERS: Final = (0.8, 1.2)
THE_DISLIKED: Final = (1.1, 1.5)
"""What has to be offered for goods of value 1, from the most generous to the greediest."""


class Want(StrEnum):
    """How much someone wants what is offered."""

    LITTLE = "little"
    SOMEWHAT = "somewhat"
    MUCH = "much"


WANTS: Final[Mapping[Want, float]] = {Want.LITTLE: 0.5, Want.SOMEWHAT: 1.0, Want.MUCH: 1.5}


class BarterOffer(Struct, frozen=True):
    """Goods for goods: {item: how many} on both sides."""

    offered: Mapping[str, int]
    requested: Mapping[str, int]


class BarterVerdict(StrEnum):
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    REJECTED = "rejected"


class BarterAnswer(Struct, frozen=True):
    """What someone says to an offer. `counter`: what they would agree to instead; None for nothing."""

    verdict: BarterVerdict
    counter: BarterOffer | None = None


def needed_ratio(affection: float, greed: float = 0.5, want: Want = Want.SOMEWHAT) -> float:
    """Return how much of its value has to be offered for something.

    Args:
        affection: for who offers, -100 to 100.
        greed: 0 to 1.
        want: how much what is offered is wanted.
    """
    least, most = FRIENDS if affection > FRIEND else THE_DISLIKED if affection < DISLIKED else OTHERS
    return (least + (most - least) * greed) / WANTS[want]


def answer(offer: BarterOffer, offered_value: float, requested_value: float, needed: float = 1.0) -> BarterAnswer:
    """Return what someone says to an offer, which stays as it is.

    Args:
        needed: as `needed_ratio` gives it.
    """
    wanted = requested_value * needed
    if offered_value >= wanted:
        return BarterAnswer(BarterVerdict.ACCEPTED)
    if offered_value >= COUNTERED * wanted:
        raised = {item: quantity + max(1, ceil(quantity * MORE)) for item, quantity in offer.offered.items()}
        return BarterAnswer(BarterVerdict.COUNTERED, replace(offer, offered=raised))
    return BarterAnswer(BarterVerdict.REJECTED)
