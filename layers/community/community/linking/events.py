"""The events of linked accounts."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from community.inventory.models import Quality
from kernel.events.models import Event


class WaitingItem(BaseModel):
    item_name: str
    quantity: int
    quality_level: Quality


class UserLinked(Event):
    """A player has been linked to an account on a platform."""

    type: ClassVar[str] = "user.linked"
    user_id: UUID
    platform: str
    timestamp: int


class UserUnlinked(Event):
    type: ClassVar[str] = "user.unlinked"
    user_id: UUID
    platform: str
    timestamp: int


class UserMerged(Event):
    """`merged_user_id` has been merged into `user_id`; clients that stored the old id can replace it.

    Attributes:
        waiting: what did not fit into full stacks; it is delivered as soon as there is room.
    """

    type: ClassVar[str] = "user.merged"
    user_id: UUID
    merged_user_id: UUID
    waiting: tuple[WaitingItem, ...] = ()
    timestamp: int
