"""The contents of opened boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from community.catalog.content import Item
from community.inventory.models import Quality
from kernel.events.models import Event


class Drop(Struct, frozen=True):
    """The total of one item in boxes that were opened together.

    Attributes:
        value: of the whole drop, in money.
    """

    item: Item
    quantity: int
    quality: Quality
    value: int


class DropView(BaseModel):
    item_name: str
    quantity: int
    quality_level: Quality


class LootboxOpened(Event):
    """A player has opened boxes.

    Attributes:
        drops: everything in the boxes.
        value: of all drops, in money.
        best: the best quality among the drops; None for empty boxes.
    """

    type: ClassVar[str] = "lootbox.opened"
    user_id: UUID
    item_name: str
    quantity: int
    drops: tuple[DropView, ...]
    value: int
    best: Quality | None = None
    timestamp: int


def total_value(drops: Sequence[Drop]) -> int:
    return sum(drop.value for drop in drops)


def best_quality(drops: Sequence[Drop]) -> Quality | None:
    return max((drop.quality for drop in drops), key=lambda quality: quality.rank, default=None)


def add_up(drops: Iterable[Drop]) -> tuple[Drop, ...]:
    """Return one drop for each item and quality, in the order in which they were drawn."""
    found: dict[tuple[int, Quality], Drop] = {}
    for drop in drops:
        key = drop.item.item_id, drop.quality
        earlier = found.get(key)
        found[key] = (
            replace(drop, quantity=earlier.quantity + drop.quantity, value=earlier.value + drop.value)
            if earlier
            else drop
        )
    return tuple(found.values())
