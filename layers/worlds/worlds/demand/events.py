"""What happens on markets of worlds, besides what goes from hand to hand."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class PurchaseAttempted(WorldEvent):
    """Someone wanted to buy something of one of the game's own people.

    Attributes:
        character_id: None once the character is forgotten (worlds.forgetting).
        quantity: that was bought; 1 of what was refused, however many were asked for.
        day: of the world's own time, counted from its beginning.
        is_refused: they had too few coins, or it was not for sale.
    """

    type: ClassVar[str] = "PurchaseAttempted"
    character_id: UUID | None = None
    world_id: UUID
    item: str
    quantity: int
    position: Coordinates
    day: int
    is_refused: bool = False
