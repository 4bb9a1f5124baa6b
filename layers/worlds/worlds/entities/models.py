"""Things that are somewhere in a world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

from worlds.space.models import Position

ITEM: Final = "item"


class Entity(Struct, frozen=True, kw_only=True):
    """A thing in a world: something to pick up, a statue, a portal.

    Attributes:
        details: what is seen from two metres only.
        radius: decimetres that no one may come nearer than; 0 for what one walks over.
        item: what it is in the list of items; None for what no one can take.
        squared_distance: from who looks, in dm².
    """

    entity_id: UUID
    kind: str
    name: str
    description: str = ""
    details: str = ""
    position: Position
    radius: int = 0
    locked: bool = False
    interactable: bool = True
    item: str | None = None
    quantity: int = 1
    durability: int = 0
    quality: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    squared_distance: float = 0.0

    @property
    def fixture(self) -> str | None:
        """What it is in the list of fixtures; None for what is none."""
        return self.metadata.get("fixture")

    @property
    def is_open(self) -> bool:
        """Whether it was opened."""
        return bool(self.metadata.get("open"))

    @property
    def portal_to(self) -> UUID | None:
        """The world that it leads to, if it is a portal."""
        target = self.metadata.get("world_id")
        return None if target is None else UUID(target)
