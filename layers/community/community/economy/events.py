"""The events of the shop."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class ItemSold(Event):
    type: ClassVar[str] = "item.sold"
    user_id: UUID
    item_name: str
    quantity: int
    money_gained: int
    timestamp: int


class ItemBought(Event):
    type: ClassVar[str] = "item.bought"
    user_id: UUID
    item_name: str
    quantity: int
    cost: int
    timestamp: int
