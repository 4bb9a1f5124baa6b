"""What Worlds tells the community of turning points."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from kernel.events.models import Event


class ChatOption(BaseModel):
    """One of `ChatAsked.options`."""

    key: str
    label: str
    description: str


class ChatAsked(Event):
    """The owner of a world wants the chat to decide on a turning point.

    Attributes:
        account_id: who asks. The community decides whether they may.
    """

    type: ClassVar[str] = "world.turning_point_put"
    private: ClassVar[bool] = True
    poll_id: UUID
    world_id: UUID
    world_name: str
    account_id: UUID
    options: list[ChatOption]
    minutes: int


class ChoiceMissed(Event):
    """What the chat has chosen at a turning point of a world cannot happen.

    Attributes:
        reason: energy, paused, gone (the world), or reset (its deep time).
    """

    type: ClassVar[str] = "world.turning_point_missed"
    poll_id: UUID
    world_id: UUID
    world_name: str
    chosen: str
    reason: str
