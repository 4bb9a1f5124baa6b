"""What a gift is worth to one of the game's own people. Pure. Source: worlds 17, 19."""

from __future__ import annotations

from typing import Final

from worlds.economy.content import COIN, market
from worlds.items.content import WorldItem

GREAT: Final = 100
"""A gift that is worth so many coins moves someone as much as one can."""


def worth_of(item: WorldItem, quantity: int) -> int:
    """Return the value of some things, in coins, where there is as much of them as people want."""
    return quantity * (1 if item.key == COIN else market.values.get(item.key, 0))


def share_of(worth: float) -> float:
    """Return the relative value of a gift: 0 to 1."""
    return min(1.0, worth / GREAT)
