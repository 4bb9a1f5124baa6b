"""What happens to the game's own people, besides what happens to any character."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.carrying.events import InventoryChanged
from worlds.log.models import WorldEvent


class NpcSettled(WorldEvent):
    """One of the game's own people lives in a village from now on.

    Attributes:
        village: its key within the world.
        genes: {gene: its two alleles}.
        personality: {trait: 0 to 100}.
        born: milliseconds of the world's own time; below zero for who is older than the world.
        home: decimetres east and north.
        number, house: within the village.
        wed: the day, for who was wed before.
    """

    type: ClassVar[str] = "NpcSettled"
    character_id: UUID
    world_id: UUID
    village: str
    genes: dict[str, str]
    personality: dict[str, float]
    born: int
    mother_id: UUID | None = None
    father_id: UUID | None = None
    home: tuple[int, int]
    number: int = 0
    family: str = ""
    sex: str = ""
    spouse_id: UUID | None = None
    wed: int | None = None
    house: int = 0


class NpcProvided(InventoryChanged):
    """One of the game's own people has something from the beginning."""

    type: ClassVar[str] = "NpcProvided"


class NpcWed(WorldEvent):
    """One of the game's own people has wed another one, and lives in this house from now on."""

    type: ClassVar[str] = "NpcWed"
    character_id: UUID
    spouse_id: UUID
    day: int
    house: int
    home: tuple[int, int]


class NpcDied(WorldEvent):
    """One of the game's own people has died, on a day of the world's time."""

    type: ClassVar[str] = "NpcDied"
    character_id: UUID
    day: int
    cause: str


class NpcNeedsChanged(WorldEvent):
    """Someone has changed what one of the game's own people needs: to `needs`, at a time of the world."""

    type: ClassVar[str] = "NpcNeedsChanged"
    character_id: UUID
    needs: dict[str, float]
    at: int
