"""Heights before rivers: base, boundaries, hotspots, noise, erosion, smoothing. Source: worlds 11.2.

Metres on a scale of their own, on which oceanic crust lies at -4,000; where the sea ends is decided afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from worlds.generation import sky
from worlds.generation.arrays import Cells, Codes, Floats
from worlds.generation.cube import cell_of
from worlds.generation.erosion import let_slide, wash
from worlds.generation.grid import Grid, grid_of
from worlds.generation.moons import MoonsDrawn
from worlds.generation.noise import noise
from worlds.generation.parameters import Parameters
from worlds.generation.plates import CONVERGENT, DIVERGENT, Plates
from worlds.generation.randomness import Stream

LOWEST: Final = -11_000.0
HIGHEST: Final = 15_000.0
OCEANIC: Final = -4_000.0
CONTINENTAL: Final = 100.0

# By how many of the two plates are continental.
DIVERGENT_TARGETS: Final = (-2_000.0, 100.0, -200.0)
CONVERGENT_TARGETS: Final = (-8_000.0, 4_000.0, 6_000.0)

APPROACH: Final = 0.1
"""Of the gap to its target, what a boundary closes in a step."""
OUTWARDS: Final = 0.3
"""How much less a ring of cells does than the ring next to the boundary."""
RINGS: Final = 3
MOST_STEPS: Final = 30

STRONGEST_TIDE: Final = 5.0
"""Above, a tide is extreme, and more of it melts no more rock."""
CONES: Final = 5
CONE_SPACING: Final = 5
"""Cells between the cones of a chain."""
WEAKER: Final = 0.85
"""Each cone of a chain, beside the one before it."""


@dataclass(frozen=True, slots=True)
class Relief:
    """The height of each cell, before rivers."""

    heights: Floats
    volcanic: Codes
    """1 where a hotspot raised the ground."""


def raise_ground(parameters: Parameters, seed: int, moons: MoonsDrawn, plates: Plates) -> Relief:
    """Return the heights of a world; without geology, ranges stand as they rose: no volcano, and nothing worn down."""
    grid = grid_of(parameters.edge)
    heights = np.where(plates.continental[plates.plate] == 1, CONTINENTAL, OCEANIC)
    _lift_boundaries(grid, seed, plates, heights)
    volcanic = np.zeros(grid.cells, np.uint8)
    if parameters.geology:
        volcanic = _hotspots(parameters, seed, sky.tide(moons.moons), grid, plates, heights)
    heights += noise(grid, seed, "heights", 2) * 500 + noise(grid, seed, "heights", 10) * 100
    if parameters.geology:
        let_slide(grid, heights, max(1, int(5 * parameters.erosion)))
        wash(grid, seed, heights, int(grid.cells * 0.05 * parameters.erosion * parameters.rain_factor))
    east, west, north, south = grid.neighbours
    heights = (heights[east] + heights[west] + heights[north] + heights[south]) / 4
    np.clip(heights, LOWEST, HIGHEST, out=heights)
    return Relief(heights, volcanic)


def _lift_boundaries(grid: Grid, seed: int, plates: Plates, heights: Floats) -> None:
    active = np.flatnonzero((plates.boundary == CONVERGENT) | (plates.boundary == DIVERGENT)).astype(np.int32)
    ring = max(1, grid.edge // 100)  # cells: as wide on the ground for maps of every size
    cells, nearest, distance = _around(grid, active, ring * RINGS)
    continents = plates.continental[plates.plate[nearest]] + plates.continental[plates.other[nearest]]
    target = np.where(
        plates.boundary[nearest] == CONVERGENT,
        np.array(CONVERGENT_TARGETS)[continents],
        np.array(DIVERGENT_TARGETS)[continents],
    )
    closeness = _by_distance(ring)[distance]
    # Faster plates have come farther, and no range is as high everywhere.
    uneven = noise(grid, seed, "ranges", 12)[cells]
    speed = np.minimum(np.abs(plates.closing[nearest]), 1.2) / 1.2
    steps = (MOST_STEPS * np.clip(0.25 + 0.75 * speed + 0.6 * uneven, 0.1, 1)).astype(np.int64)
    height = heights[cells]
    for step in range(MOST_STEPS):
        height += np.where(step < steps, closeness * (target - height), 0)
    heights[cells] = height


def _around(grid: Grid, start: Cells, rings: int) -> tuple[Cells, Cells, Cells]:
    """Return the cells up to `rings` steps from others, to which of those each is near, and how many steps."""
    nearest = np.full(grid.cells, -1, np.int32)
    nearest[start] = start
    found, front = [start], start
    for _ in range(rings):
        reached = []
        for side in grid.neighbours:
            beside = side[front]
            free = nearest[beside] < 0
            nearest[beside[free]] = nearest[front[free]]
            reached.append(beside[free])
        front = np.unique(np.concatenate(reached))
        found.append(front)
    cells = np.concatenate(found)
    distance = np.repeat(np.arange(rings + 1, dtype=np.int32), [len(each) for each in found])
    return cells, nearest[cells], distance


def _by_distance(ring: int) -> Floats:
    """Return the share of the gap closed in a step, by the number of cells from the boundary."""
    at_rings = [APPROACH]
    for _ in range(RINGS + 1):
        at_rings.append(at_rings[-1] * OUTWARDS)
    return np.array(
        [
            at_rings[cells // ring] + (at_rings[cells // ring + 1] - at_rings[cells // ring]) * (cells % ring / ring)
            for cells in range(ring * RINGS + 1)
        ]
    )


def _hotspots(parameters: Parameters, seed: int, tide: float, grid: Grid, plates: Plates, heights: Floats) -> Codes:
    """Raise chains of volcanoes; where they are."""
    stream = Stream(seed, "hotspots")
    strength = min(tide, STRONGEST_TIDE)
    number = max(1, int(stream.between(2, 5) * (0.5 + 0.5 * strength) * sqrt(parameters.heat)))
    volcanic = np.zeros(grid.cells, np.uint8)
    step = 2 / grid.edge * CONE_SPACING * 0.8  # a cell is .8 of 2/edge of a radius wide on average
    for _ in range(number):
        cell = stream.below(grid.cells)
        intensity = stream.between(2_000, 5_000) * (0.7 + 0.3 * strength) * parameters.heat
        at = (float(grid.x[cell]), float(grid.y[cell]), float(grid.z[cell]))
        spin = plates.rotation[plates.plate[cell]]
        for _ in range(CONES):
            radius = stream.between(2, 5)
            _cone(grid, heights, volcanic, cell_of(at, grid.edge).number(grid.edge), radius, intensity)
            intensity *= WEAKER
            # The plate carries what the hotspot has built away from it.
            moved = (
                at[0] + step * float(spin[1] * at[2] - spin[2] * at[1]),
                at[1] + step * float(spin[2] * at[0] - spin[0] * at[2]),
                at[2] + step * float(spin[0] * at[1] - spin[1] * at[0]),
            )
            length = sqrt(moved[0] * moved[0] + moved[1] * moved[1] + moved[2] * moved[2])
            at = (moved[0] / length, moved[1] / length, moved[2] / length)
    return volcanic


def _cone(grid: Grid, heights: Floats, volcanic: Codes, top: int, radius: float, intensity: float) -> None:
    near = np.array([top], np.int32)
    for _ in range(int(2 * radius)):  # in steps along the grid, a diagonal is twice as far
        near = np.unique(np.concatenate([near, *(side[near] for side in grid.neighbours)]))
    x, y, z = grid.points(near)
    dx, dy, dz = x - grid.x[top], y - grid.y[top], z - grid.z[top]
    cells = np.sqrt(dx * dx + dy * dy + dz * dz) * grid.edge / 2 / 0.8
    height = intensity * (1 - cells / radius)
    raised = height > 0
    heights[near[raised]] += height[raised]
    volcanic[near[raised]] = 1
