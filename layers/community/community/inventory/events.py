"""Events of items outside the shop."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class ItemAdded(Event):
    type: ClassVar[str] = "item.added"
    user_id: UUID
    item_name: str
    quantity: int
    timestamp: int


class ItemRemoved(Event):
    type: ClassVar[str] = "item.removed"
    user_id: UUID
    item_name: str
    quantity: int
    timestamp: int


class ItemTransferred(Event):
    """A player has given items to another: `user_id` gave, `receiver_id` received."""

    type: ClassVar[str] = "item.transferred"
    user_id: UUID
    receiver_id: UUID
    item_name: str
    quantity: int
    timestamp: int
