"""What happens to worlds."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent
from worlds.space.models import Shape


class WorldCreated(WorldEvent):
    """A world was made. Lengths in decimetres; `game_time` in milliseconds."""

    type: ClassVar[str] = "WorldCreated"
    world_id: UUID
    name: str
    shape: Shape
    circumference: int | None = None
    lowest: Coordinates | None = None
    highest: Coordinates | None = None
    owner_id: UUID | None = None
    is_system: bool = False
    privacy: str = "public"
    seats: int | None = None
    status: str = "ready"
    generation: dict[str, Any] = Field(default_factory=dict)
    game_time: int = 0
    hours_per_day: int = 24


class WorldOwnerLeft(WorldEvent):
    """A world's owner has deleted their account; the world stays."""

    type: ClassVar[str] = "WorldOwnerLeft"
    world_id: UUID


class ThingPlaced(WorldEvent):
    """Something is in a world from now on: a statue, a portal, or an item that lies there. Decimetres."""

    type: ClassVar[str] = "ThingPlaced"
    world_id: UUID
    entity_id: UUID
    kind: str
    name: str
    description: str = ""
    details: str = ""
    position: Coordinates
    radius: int = 0
    locked: bool = False
    interactable: bool = True
    item: str | None = None
    quantity: int | None = None
    durability: int | None = None
    quality: int | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
