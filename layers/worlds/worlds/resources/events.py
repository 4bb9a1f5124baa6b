"""What happens to resource grounds."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class ResourceGathered(WorldEvent):
    """Someone has gathered from a resource ground, perhaps in vain, and it rests for a while; or has dug in a vein.

    Attributes:
        character_id: None once the character is forgotten (worlds.forgetting).
        ground: the key of the place, and `resource` of its kind; see `resources.models.key_of_vein`.
        left: what it has now, with fractions.
        game_time: milliseconds of the world's own time, as is `rests_until`.
    """

    type: ClassVar[str] = "ResourceGathered"
    character_id: UUID | None = None
    world_id: UUID
    ground: str
    resource: str
    position: Coordinates
    quantity: int
    left: float
    game_time: int
    rests_until: int
