"""What happens to memories. Who did something, and whom it was told by, is known by id alone."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from worlds.log.models import WorldEvent


class MemoryFormed(WorldEvent):
    """One of the game's own people remembers something from now on. `game_time`: of when it happened."""

    type: ClassVar[str] = "MemoryFormed"
    memory_id: UUID
    npc_id: UUID
    world_id: UUID
    kind: str
    occurrence: str
    game_time: int
    clarity: float
    weight: float
    profile: dict[str, float]
    content: dict[str, Any] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    about_id: UUID | None = None
    told_by: UUID | None = None
    source_id: UUID


class MemoryRecalled(WorldEvent):
    """A memory has come back to someone.

    Attributes:
        content: what it is from now on, if it is remembered wrongly; None if it has not changed.
        original: what it was before.
    """

    type: ClassVar[str] = "MemoryRecalled"
    memory_id: UUID
    npc_id: UUID
    world_id: UUID
    game_time: int
    content: dict[str, Any] | None = None
    original: dict[str, Any] | None = None
    weight: float | None = None
