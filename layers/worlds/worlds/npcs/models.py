"""The game's own people. Their bodies are characters like any other; here is what makes them someone."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct


class Npc(Struct, frozen=True, kw_only=True):
    """One of the game's own people, whose body is the character with the same id. Days are those of the world.

    Attributes:
        village: its key within the world.
        number: within the village.
        genes: {gene: its two alleles}.
        personality: {trait: 0 to 100}.
        born: milliseconds of the world's own time; below zero for who is older than the world.
        home: decimetres east and north; `house`, its number in the village.
        needs: at `needs_at`, in milliseconds of the world's time; None for who has only lived their usual days.
        doing: as one sees it.
    """

    character_id: UUID
    world_id: UUID
    village: str
    number: int = 0
    family: str = ""
    sex: str = ""
    genes: Mapping[str, str]
    personality: Mapping[str, float]
    born: int
    mother_id: UUID | None = None
    father_id: UUID | None = None
    spouse_id: UUID | None = None
    wed: int | None = None
    home: tuple[int, int]
    house: int = 0
    died: int | None = None
    cause: str = ""
    needs: Mapping[str, float] | None = None
    needs_at: int | None = None
    doing: str = ""
