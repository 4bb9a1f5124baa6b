"""What a slice of building gets, and what it makes. Without numpy. Source: worlds 11 and 28."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import Conflict
from worlds.ecosystem.models import WorldSpecies
from worlds.generation.ground import Land
from worlds.generation.parameters import Parameters
from worlds.space.models import Position, Space

KIND: Final = "worlds.build"
CANCELLED: Final = "cancelled"
OTHER_GROUND: Final = "other_ground"
"""The reason why a world that came as a file is not made: what its seed leads to is not what the file says."""


class Task(Struct, frozen=True):
    """A world whose ground is to be made.

    Attributes:
        done: {stage: its packed result}, of the stages that earlier slices have finished.
        species_count: of plants and animals, as the interview has it; None if no one was asked.
    """

    world_id: UUID
    parameters: Parameters
    land: Land
    space: Space
    done: Mapping[str, bytes] = field(default_factory=dict)
    species_count: int | None = None


class Finished(Struct, frozen=True):
    """A world whose ground is made.

    Attributes:
        tiles: (number, content) of each.
        digest: of all tiles.
        land: per cent.
        sea_level: metres on the scale of the generator.
        spots: dry places around the entrance, the nearest first.
        species: that live there.
        world_map: as it is stored.
    """

    tiles: Sequence[tuple[int, bytes]]
    digest: str
    land: float
    sea_level: float
    entrance: Position
    spots: Sequence[Position]
    species: Sequence[WorldSpecies]
    world_map: Mapping[str, Any]


class Slice(Struct, frozen=True):
    """What a slice has made.

    Attributes:
        made: {stage: its packed result}, as far as later stages need it.
        stage: the last one.
        progress: per cent of the whole.
    """

    made: Mapping[str, bytes]
    stage: str
    progress: int
    finished: Finished | None = None


class NotBuilding(Conflict):
    """There is nothing to cancel."""

    code = "conflict"
    message = "{name} is not being made."
