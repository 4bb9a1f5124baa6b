"""The events of crafting."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from kernel.events.models import Event


class ItemUpgraded(Event):
    """A player has crafted something. `item_name` and `quantity` are the product.

    Attributes:
        job_id: of a timed job that is now done; None when the player crafted it with this action.
        units: how often the recipe was applied; for the reactions.
    """

    type: ClassVar[str] = "item.upgraded"
    user_id: UUID
    item_name: str
    quantity: int
    recipe_key: str
    is_masterwork: bool
    bonus_quantity: int
    timestamp: int
    job_id: UUID | None = None
    units: int = Field(exclude=True)


class ItemDisassembled(Event):
    """A player has taken items apart. `item_name` is the input, `quantity` how often the recipe was applied."""

    type: ClassVar[str] = "item.disassembled"
    user_id: UUID
    item_name: str
    quantity: int
    recipe_key: str
    is_perfect_salvage: bool
    perfect_salvage_count: int
    multiplier: float
    outputs: dict[str, int]
    timestamp: int


class CraftingStarted(Event):
    type: ClassVar[str] = "crafting.started"
    user_id: UUID
    job_id: UUID
    recipe_key: str
    item_name: str
    quantity: int
    due_at: int  # unix seconds, like the timestamp
    timestamp: int


class CraftingCancelled(Event):
    type: ClassVar[str] = "crafting.cancelled"
    user_id: UUID
    job_id: UUID
    recipe_key: str
    item_name: str
    refunded: dict[str, int]
    timestamp: int
