"""What maps show. Lengths are decimetres, as everywhere; heights are above the sea."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from worlds.generation.biomes import Biome
from worlds.space.models import Position

Quality = Literal["low", "medium", "high"]

Ground = Callable[[int, int], tuple[Biome | None, int]]
"""Returns the biome at x and y, None where nothing can grow, such as in the lobby, and the height of the ground."""

PORTAL: Final = "portal"


class MapEntity(NamedTuple):
    """Something that can be shown on a map."""

    name: str
    kind: str
    position: Position


class MapTile(NamedTuple):
    """A square of a map of the surroundings."""

    x: int
    """Its middle; beyond a wall, where it would be."""
    y: int
    biome: Biome | None
    elevation: int
    entities: tuple[MapEntity, ...]
    portal: str
    """The name of the portal here, or ""."""
    is_player: bool
    out_of_bounds: bool
    """Beyond a wall."""
    occluded: bool
    """Hidden by higher ground, with all that is there."""


class LocalMap(Struct, frozen=True):
    """What a character sees around.

    Attributes:
        tiles: in rows from the north-west.
        size: of how many tiles each row is.
        stride: how many metres a tile is wide.
    """

    tiles: tuple[MapTile, ...]
    size: int
    stride: int
    quality: Quality


class Sample(NamedTuple):
    """What is at a place of a world."""

    biome: Biome
    elevation: int
    celsius: float
    """On average over the year."""


Sampler = Callable[[int, int], Sample]
"""Returns what is at x and y."""


class WorldMap(Struct, frozen=True):
    """A world at a glance.

    Attributes:
        biomes: in rows from the north-west; of two with as many votes, the first in `Biome`.
        columns: of how many cells each row is.
        celsius: the mean over the surface of the world, as is `land`.
        highest: the height of the highest place that was looked at.
        highest_at: where that is.
        land: per cent.
        sea_level: metres on the geological scale.
        years: the age of the world.
    """

    biomes: tuple[Biome, ...]
    columns: int
    celsius: float
    highest: int
    highest_at: Position
    land: float
    sea_level: int
    years: int
    seed: int
