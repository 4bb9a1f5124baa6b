"""What people of a village have when they settle: the tools of their trade, something to eat, and some money. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from worlds.carrying.events import Stack
from worlds.generation.randomness import Stream
from worlds.items.content import items
from worlds.items.models import COMMON
from worlds.npcs.events import NpcProvided

TOOLS: Final[Mapping[str, Sequence[tuple[str, int]]]] = {
    "farmer": (("bread", 2), ("stick", 1)),
    "merchant": (("lamp", 1), ("candle", 3)),
    "smith": (("axe", 1), ("pickaxe", 1)),
    "herbalist": (("healing_herb", 3), ("bandage", 2)),
    "woodcutter": (("axe", 1),),
    "hunter": (("short_bow", 1), ("arrow", 12)),
    "miner": (("pickaxe", 1),),
    "fisher": (("stick", 1),),
}
FOOD: Final = "bread"
MOST_FOOD: Final = 3
COIN: Final = "coin"
COINS: Final = (10, 40)
RICH: Final = ("merchant", "smith")
RICHER: Final = 3
"""How many times as much money they have."""


def provided(character_id: UUID, occupation: str, stream: Stream) -> Iterator[NpcProvided]:
    """Yield what happens so that a grown person has what they need."""
    few, many = COINS
    coins = (few + stream.below(many - few + 1)) * (RICHER if occupation in RICH else 1)
    for key, quantity in (*TOOLS.get(occupation, ()), (FOOD, 1 + stream.below(MOST_FOOD)), (COIN, coins)):
        stack = Stack(
            holding_id=UUID(int=int(stream.unit() * 2**53) << 64 | int(stream.unit() * 2**53), version=4),
            item=key,
            quantity=quantity,
            durability=items.by_key[key].durability,
            quality=COMMON,
        )
        yield NpcProvided(character_id=character_id, item=key, quantity=quantity, saved=(stack,))
