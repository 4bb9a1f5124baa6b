"""Where people arrive in a new world: on habitable land beside fresh water, as near to the equator as it is mild."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from worlds.generation.biomes import Biome
from worlds.generation.cube import Spot, cell_at, direction_of
from worlds.generation.grid import grid_of
from worlds.generation.ground import Ground
from worlds.generation.scale import place
from worlds.generation.stages import GeneratedWorld
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import place_at

Look = Callable[[Position], Ground]

MILD: Final = (10.0, 22.0)
"""Degrees Celsius, on average over the year."""
HOME: Final = (Biome.GRASSLAND, Biome.DECIDUOUS_FOREST)
GENTLE: Final = 600.0
"""Metres between neighbouring cells, on the scale of the generator."""
TRIED: Final = 200
"""Cells that are looked at before any dry place will do."""
NEAR_WATER: Final = 60
"""Metres."""
AROUND: Final = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1))
RINGS: Final = (3, 5, 8, 12, 16, 20, 25, 35, 50, 75, 100)
"""Metres from a place at which others are looked for."""


def find_entrance(world: GeneratedWorld, circumference: float, space: Space, look: Look) -> Position:
    """Return where people arrive.

    Args:
        circumference: metres.
        look: returns the ground at a place.
    """
    dry: Position | None = None
    for number in _cells(world)[:TRIED].tolist():
        cell = cell_at(number, world.parameters.edge)
        middle = Spot(cell.face, cell.column + 0.5, cell.row + 0.5)
        x, y = place(direction_of(middle, world.parameters.edge), circumference)
        # On a map with walls, the western half of a planet lies to the west of x = 0.
        places = [place_at(space, round(each) * METRE, round(y) * METRE) for each in (x, x - circumference)]
        start = next((each for each in places if each is not None), None)
        if start is None:
            continue
        found = next(dry_spots(space, start, look), None)
        if found is not None and _is_near_water(space, found, look):
            return found
        dry = dry or found
    return dry or next(dry_spots(space, _middle(space), look), _middle(space))


def dry_spots(space: Space, start: Position, look: Look) -> Iterator[Position]:
    """Yield the places around one, and it itself, that are not in water; the nearest first."""
    for spot in (start, *_rings(space, start)):
        if not look(spot).water:
            yield spot


def _middle(space: Space) -> Position:
    if space.shape != "bounded_cube":
        return Position(0, 0)
    low, high = space.lowest, space.highest
    return Position((low.x + high.x) // 2, (low.y + high.y) // 2)


def _rings(space: Space, start: Position) -> Iterator[Position]:
    for metres in RINGS:
        for east, north in AROUND:
            spot = place_at(space, start.x + east * metres * METRE, start.y + north * metres * METRE)
            if spot is not None:
                yield spot


def _is_near_water(space: Space, spot: Position, look: Look) -> bool:
    reached = (each for each in _rings(space, spot) if abs(each.x - spot.x) <= NEAR_WATER * METRE)
    return any(look(each).water in ("river", "lake") for each in reached)


def _cells(world: GeneratedWorld) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the numbers of all cells of land, the best to live in first."""
    grid = grid_of(world.parameters.edge)
    heights, celsius = world.waters.heights, world.climate.celsius
    land = heights > world.sea.level
    roughness = np.zeros(len(heights))
    for side in grid.neighbours:
        np.maximum(roughness, np.abs(heights - heights[side]), out=roughness)
    habitable = np.isin(world.vegetation.biome, HOME) & (celsius >= MILD[0]) & (celsius <= MILD[1])
    fresh = (world.waters.flow > 0) & (world.waters.lake == 0)
    # The last key decides first; equal ones stay in the order of their numbers.
    order = np.lexsort((np.abs(grid.z), roughness > GENTLE, ~fresh, ~habitable, ~land))
    return order[land[order]]
