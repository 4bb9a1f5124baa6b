"""What happens when someone takes over one of the game's own people, and lets go of them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class NpcInhabited(WorldEvent):
    """Someone plays one of the game's own people from now on, with all that they have and are.

    Attributes:
        player_id: None once the account is deleted (worlds.forgetting).
        baseline: {trait: 0 to 1}, what they were like at that moment.
        position: where they stood.
    """

    type: ClassVar[str] = "CharacterCreatedViaInhabitance"
    character_id: UUID
    player_id: UUID | None
    npc_id: UUID
    baseline: dict[str, float]
    position: Coordinates


class NpcReleased(WorldEvent):
    """One of the game's own people goes their own way again."""

    type: ClassVar[str] = "NpcReleased"
    character_id: UUID


class AttributeModified(WorldEvent):
    """An attribute of a character has another value for good."""

    type: ClassVar[str] = "AttributeModified"
    character_id: UUID
    attribute: str
    old: int
    new: int
    reason: str
