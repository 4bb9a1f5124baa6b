"""The events of using items."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class ItemUsed(Event):
    """A player has used an item.

    Attributes:
        username: of the user on the platform where it was used.
        target: the name of a player, as the game knows it; a job or an effect as the user wrote it.
    """

    type: ClassVar[str] = "item.used"
    user_id: UUID
    username: str
    platform: str
    item_name: str
    quantity: int
    target: str | None = None
    timestamp: int


class VideoEffectRequested(Event):
    """A request to the streaming client, which decides whether `quantity` means repetitions or a duration."""

    type: ClassVar[str] = "video_effect.requested"
    user_id: UUID
    username: str
    platform: str
    effect: str
    quantity: int
    timestamp: int
