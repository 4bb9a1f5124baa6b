"""What happens to characters who search for ore."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class SearchBegun(WorldEvent):
    """A character searches the ground from now on. `game_time`: milliseconds of the world's own time."""

    type: ClassVar[str] = "SearchBegun"
    character_id: UUID
    world_id: UUID
    position: Coordinates
    game_time: int


class FoundVein(BaseModel):
    """A vein, as it was when it was found."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    vein: str
    """Tells it from all others of its world."""
    deposit: str
    position: Coordinates


class VeinsFound(WorldEvent):
    """A character has found ore."""

    type: ClassVar[str] = "VeinsFound"
    character_id: UUID
    world_id: UUID
    veins: tuple[FoundVein, ...]
