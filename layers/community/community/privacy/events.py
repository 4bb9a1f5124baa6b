"""The events of privacy."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from kernel.events.models import Event


class LostItem(BaseModel):
    item_name: str
    quantity: int


class PlayerForgotten(Event):
    """A player was forgotten, and what they had is gone. `user_id` is new, and stands for them in what is left."""

    type: ClassVar[str] = "user.forgotten"
    logged: ClassVar[bool] = False
    user_id: UUID
    items: tuple[LostItem, ...] = ()
    timestamp: int
