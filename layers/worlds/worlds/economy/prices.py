"""What things cost. Pure. Source: worlds 23.3."""

from __future__ import annotations

from math import sqrt
from typing import Final

CHEAPEST: Final = 0.4
DEAREST: Final = 2.5
QUALITIES: Final = (0.5, 1.0, 1.5, 2.5, 5.0)
"""Of poor, common, good, excellent and masterly things."""
FRIEND: Final = 60
FRIENDS_PAY: Final = 0.85
STRANGER: Final = 20
STRANGERS_PAY: Final = 1.2
MERCHANTS: Final = (0.8, 1.5)
"""From the most generous seller to the greediest one."""

BRISK_SALES: Final = 50
SLOW_SALES: Final = 10
SALES_DAYS: Final = 3
MODIFIER_STEP: Final = 0.05
MODIFIERS: Final = (0.5, 2.0)
STOCKED_WEEKS: Final = 1.5


def scarcity(demand: float, supply: float) -> float:
    """Return by how much something costs more or less than usual.

    Args:
        demand: what people wanted to buy in a week.
        supply: what is for sale within a kilometre.
    """
    if supply <= 0:
        return DEAREST
    return min(DEAREST, max(CHEAPEST, sqrt(demand / supply)))


def price(
    base: float,
    demand: float,
    supply: float,
    *,
    quality: int = 1,
    affection: float = STRANGER,
    merchant: float = 1.0,
    reputation: float = 100,
) -> float:
    """Return what a seller asks for one, in coins, before it is rounded.

    Args:
        quality: 0 to 4.
        affection: of the seller for the buyer, -100 to 100.
        merchant: the seller's own factor, as `greed_factor` gives it.
    """
    relation = FRIENDS_PAY if affection > FRIEND else STRANGERS_PAY if affection < STRANGER else 1.0
    usual = base * scarcity(demand, supply) * QUALITIES[quality]
    return usual * relation * merchant * (0.9 + reputation / 1_000)


def shortage(demand: float, supply: float) -> float:
    """Return the share of what is wanted that is not there, 0 to 1."""
    return 0.0 if demand <= 0 else min(1.0, max(0.0, 1 - supply / demand))


def greed_factor(agreeableness: float) -> float:
    """Return the factor of a seller: the kinder they are, the less they ask."""
    least, most = MERCHANTS
    return most - (most - least) * agreeableness / 100


def adjusted(modifier: float, sales: int) -> float:
    """Return a merchant's modifier after a day.

    Args:
        sales: units sold in three days.
    """
    step = MODIFIER_STEP if sales > BRISK_SALES else -MODIFIER_STEP if sales < SLOW_SALES else 0.0
    least, most = MODIFIERS
    return min(most, max(least, modifier + step))


def stock_target(weekly_demand: float) -> float:
    """Return how many of something a merchant wants to have."""
    return STOCKED_WEEKS * weekly_demand
