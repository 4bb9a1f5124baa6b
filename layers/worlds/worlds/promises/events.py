"""What happens to promises."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.log.models import WorldEvent


class PromiseMade(WorldEvent):
    """Someone has promised things. `due`: until when they have to be there; both in the world's own time."""

    type: ClassVar[str] = "PromiseMade"
    promise_id: UUID
    npc_id: UUID
    character_id: UUID
    world_id: UUID
    item: str
    quantity: int
    game_time: int
    due: int


class PromiseAdvanced(WorldEvent):
    """Some of what was promised has come, or all. `given`: all in all."""

    type: ClassVar[str] = "PromiseAdvanced"
    promise_id: UUID
    world_id: UUID
    given: int
    kept: bool


class PromiseBroken(WorldEvent):
    """What was promised has not come in time."""

    type: ClassVar[str] = "PromiseBroken"
    promise_id: UUID
    world_id: UUID


PromiseEvent = PromiseMade | PromiseAdvanced | PromiseBroken
