"""The map of a world in deep time: drawn as that of its ground is. Source: worlds 13, Map."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from worlds.deep_time.crust import edge_of
from worlds.deep_time.simulation import DeepTime
from worlds.generation.cube import cell_of
from worlds.generation.scale import direction
from worlds.generation.tiles import BIOMES
from worlds.ground.atlas import as_json
from worlds.maps.models import Sample
from worlds.maps.rules import world_map
from worlds.space.models import METRE, Space


def draw(world: DeepTime, space: Space, circumference: float) -> dict[str, Any]:
    """Return a map as it is stored. Its heights are those of the planet, not of the ground that people walk on.

    Args:
        circumference: metres around the planet.
    """
    edge, globe = edge_of(world.parameters), world.planet
    biomes, heights = world.surface.biome.tolist(), world.crust.heights.tolist()

    def sample(x: int, y: int) -> Sample:
        number = _cell(x, y, circumference, edge)
        return Sample(BIOMES[biomes[number]], round((heights[number] - globe.sea_level) * METRE), globe.celsius)

    drawn = world_map(space, sample, seed=world.seed, years=globe.year, sea_level=round(globe.sea_level))
    return as_json(drawn)


@lru_cache(maxsize=65_536)  # two maps: a slice draws several of the same world, and to find the cells takes a second
def _cell(x: int, y: int, circumference: float, edge: int) -> int:
    return cell_of(direction(x / METRE, y / METRE, circumference), edge).number(edge)
