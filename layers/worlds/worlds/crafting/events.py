"""What happens to those who make things, find out how, and teach it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.carrying.events import InventoryChanged
from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class WorkBegun(WorldEvent):
    """A character is busy with something that takes long, and stays with it.

    Attributes:
        kind: craft or research.
        subject: the key of the recipe or of the node.
        version: of the character before it; what happens later may end it.
        begun_at: milliseconds of the world's own time, as is `ends_at`.
    """

    type: ClassVar[str] = "WorkBegun"
    character_id: UUID
    world_id: UUID
    kind: str
    subject: str
    position: Coordinates
    version: int
    begun_at: int
    ends_at: int


class ItemCrafted(InventoryChanged):
    """Something was made; `item` is what, and the ingredients are gone.

    Attributes:
        quality: 0 is poor, 4 legendary.
        proficiency: with the recipe, after it.
        busy_until: milliseconds of the world's own time.
    """

    type: ClassVar[str] = "ItemCrafted"
    world_id: UUID
    recipe: str
    quality: int
    proficiency: float
    position: Coordinates
    begun_at: int
    busy_until: int


class ThingBuilt(WorldEvent):
    """Something stands in a world from now on that a character has built.

    Attributes:
        character_id: None once the character is forgotten (worlds.forgetting).
        fixture: the key of its kind; what it looks like is as it was built, however the content changes.
    """

    type: ClassVar[str] = "ThingBuilt"
    character_id: UUID | None = None
    world_id: UUID
    entity_id: UUID
    fixture: str
    kind: str
    name: str
    description: str
    details: str
    radius: int
    quality: int
    position: Coordinates


class NodeResearched(InventoryChanged):
    """A character has found out how something is done; what was tried is used up.

    Attributes:
        node: its key; its recipes are known from now on.
        busy_until: milliseconds of the world's own time.
    """

    type: ClassVar[str] = "NodeResearched"
    world_id: UUID
    node: str
    position: Coordinates
    begun_at: int
    busy_until: int


class RecipeDiscovered(WorldEvent):
    """A character knows a recipe from now on.

    Attributes:
        source: research, experiment, taught or found.
        teacher_id: who has taught it; None for no one.
    """

    type: ClassVar[str] = "RecipeDiscovered"
    character_id: UUID
    world_id: UUID
    recipe: str
    source: str
    teacher_id: UUID | None = None


class ExperimentFailed(InventoryChanged):
    """Two things were tried with each other, in vain; they are gone. `item` is the first one."""

    type: ClassVar[str] = "ExperimentFailed"
    world_id: UUID
    other: str


class LessonGiven(WorldEvent):
    """A character has taught someone, perhaps in vain.

    Attributes:
        busy_until: milliseconds of the world's own time.
    """

    type: ClassVar[str] = "LessonGiven"
    character_id: UUID
    world_id: UUID
    pupil_id: UUID
    recipe: str
    succeeded: bool
    position: Coordinates
    begun_at: int
    busy_until: int
