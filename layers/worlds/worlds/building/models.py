"""What a slice of building gets, and what it makes. Without numpy. Source: worlds 11 and 28."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from kernel.errors import Conflict
from worlds.generation.ground import Land
from worlds.generation.parameters import Parameters
from worlds.space.models import Position, Space

KIND: Final = "worlds.build"
CANCELLED: Final = "cancelled"


@dataclass(frozen=True, slots=True)
class Task:
    """A world whose ground is to be made.

    Attributes:
        done: {stage: its packed result}, of the stages that earlier slices have finished.
    """

    world_id: UUID
    parameters: Parameters
    land: Land
    space: Space
    done: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """A world whose ground is made.

    Attributes:
        tiles: (number, content) of each.
        digest: of all tiles.
        land: per cent.
        sea_level: metres on the scale of the generator.
        spots: dry places around the entrance, the nearest first.
        world_map: as it is stored.
    """

    tiles: Sequence[tuple[int, bytes]]
    digest: str
    land: float
    sea_level: float
    entrance: Position
    spots: Sequence[Position]
    world_map: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
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
