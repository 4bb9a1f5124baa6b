"""What a slice of building computes, from what earlier ones have made. Needs numpy; the database is not reached.

However a world is cut into slices, the same is made: each stage depends on stored results alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from time import monotonic
from typing import Final

import numpy as np

from worlds.building.entrance import dry_spots, find_entrance
from worlds.building.models import Finished, Slice, Task
from worlds.ecosystem.species import BiomeClimate, draw_species
from worlds.generation.biomes import Biome
from worlds.generation.packing import pack
from worlds.generation.stages import STAGES, GeneratedWorld, Result, collect, run_stage, unpack
from worlds.generation.tile_writing import write_tiles
from worlds.generation.tiles import Tile, TileKey, contents
from worlds.ground.atlas import as_json, draw
from worlds.ground.models import Terrain

SECONDS: Final = 2.0
"""A slice begins no other stage later. The longest takes 8 s, so people hear of progress every ten seconds."""

PROGRESS: Final[Mapping[str, int]] = {
    "moons": 1,
    "plates": 15,
    "heights": 35,
    "sea": 36,
    "rivers": 48,
    "currents": 60,
    "climate": 85,
    "coasts": 88,
    "suiting": 89,
    "biomes": 90,
}
"""{stage: per cent of the whole that is done after it}"""
LAST: Final = "tiles"

_COLLECTED: Final = {"moons", "plates", "heights", "sea", "rivers", "currents", "suiting", "biomes"}


def run_slice(task: Task, *, seconds: float = SECONDS, clock: Callable[[], float] = monotonic) -> Slice:
    """Run the next stages of a world, as many as begin within some seconds."""
    started = clock()
    results: dict[str, Result] = {name: unpack(name, packed) for name, packed in task.done.items()}
    made: list[str] = []
    for name in STAGES:
        if name in results or _is_past(name, results):
            continue
        if made and clock() - started >= seconds:
            break
        results[name] = run_stage(name, task.parameters, task.land.seed, results)
        made.append(name)
    else:
        if not made or clock() - started < seconds:
            return Slice({}, LAST, 100, _finish(task, collect(task.parameters, task.land.seed, results)))
    kept = {name: pack(results[name]) for name in made if _is_needed(name, results)}
    return Slice(kept, made[-1], PROGRESS[made[-1]])


def _is_past(name: str, results: Mapping[str, Result]) -> bool:
    """Tell whether a stage was run by an earlier slice that has not kept its result."""
    order = list(STAGES)
    return any(order.index(other) > order.index(name) for other in results)


def _is_needed(name: str, results: Mapping[str, Result]) -> bool:
    return name in _COLLECTED or any(name in stage.needs for other, stage in STAGES.items() if other not in results)


def _finish(task: Task, world: GeneratedWorld) -> Finished:
    packed = dict(write_tiles(world))
    digest = sha256()
    for key, content in packed.items():
        digest.update(f"{key.number}:".encode() + contents(content))
    read: dict[TileKey, Tile] = {key: Tile(content) for key, content in packed.items()}
    terrain = Terrain(task.land, read)
    entrance = find_entrance(world, task.land.circumference, task.space, terrain.at)
    land = float(np.mean(world.waters.heights > world.sea.level)) * 100
    drawn = draw(task.land, task.space, read, sea_level=round(world.sea.level))
    return Finished(
        tiles=[(key.number, content) for key, content in packed.items()],
        digest=digest.hexdigest(),
        land=round(land, 1),
        sea_level=round(world.sea.level, 1),
        entrance=entrance,
        spots=[spot for spot in dry_spots(task.space, entrance, terrain.at) if spot != entrance],
        species=draw_species(task.land.seed, _climates(world), _square_km(task.land.circumference), task.species_count),
        world_map=as_json(drawn),
    )


def _climates(world: GeneratedWorld) -> list[BiomeClimate]:
    """Return what the biomes of a world are like; one without a cell has no area."""
    found: list[BiomeClimate] = []
    for biome in Biome:
        cells = world.vegetation.biome == biome
        if not cells.any():
            found.append(BiomeClimate(0, 0, 0))
            continue
        celsius, rain = (float(np.mean(each[cells])) for each in (world.climate.celsius, world.climate.rain))
        found.append(BiomeClimate(float(np.mean(cells)), celsius, rain))
    return found


def _square_km(circumference: float) -> float:
    """Return the area of a world's map."""
    return circumference / 1000 * circumference / 2000
