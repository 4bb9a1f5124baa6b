"""What wears the ground down: slopes that slide, and rain that carries. Source: worlds 11.2."""

from __future__ import annotations

from typing import Final

import numpy as np

from worlds.generation.arrays import Cells, Floats, units
from worlds.generation.grid import Grid
from worlds.generation.randomness import stream_key

TALUS: Final = 0.5
"""Metres that a cell may stand above a neighbour before anything slides."""
SLIDES: Final = 0.25
"""Of what is above that."""
LONGEST: Final = 50
"""Steps of a drop."""
CARRIES: Final = 0.1
"""Of the height that a drop falls, what it takes along; of what it has, what it leaves behind at each step."""


def lowest_neighbours(grid: Grid, heights: Floats) -> tuple[Cells, Floats]:
    """Return the lowest neighbour of each cell, the first of equals, and its height."""
    cells = grid.neighbours[0].copy()
    lowest = heights[cells]
    for side in grid.neighbours[1:]:
        height = heights[side]
        lower = height < lowest
        np.copyto(cells, side, where=lower)
        np.copyto(lowest, height, where=lower)
    return cells, lowest


def let_slide(grid: Grid, heights: Floats, passes: int) -> None:
    """Let steep slopes slide to the lowest cell beside them, again and again."""
    for _ in range(passes):
        target, lowest = lowest_neighbours(grid, heights)
        moves = np.maximum(heights - lowest - TALUS, 0) * SLIDES
        heights -= moves
        heights += np.bincount(target, weights=moves, minlength=grid.cells)


def wash(grid: Grid, seed: int, heights: Floats, drops: int) -> None:
    """Let drops fall on random cells and run down, all at the same time."""
    cells = (units(stream_key(seed, "drops"), drops) * grid.cells).astype(np.int32)
    carried = np.zeros(drops)
    for _ in range(LONGEST):
        target, lowest = _lowest_beside(grid, heights, cells)
        fall = heights[cells] - lowest
        runs = fall > 0
        ends = cells[~runs]  # where a drop leaves what it has, until the pit is full
        np.add.at(heights, ends, carried[~runs])
        heights[ends] = np.minimum(heights[ends], lowest[~runs])
        cells, target, lowest, fall, carried = cells[runs], target[runs], lowest[runs], fall[runs], carried[runs]
        if not len(cells):
            return
        taken = fall * CARRIES
        np.subtract.at(heights, cells, taken)
        heights[cells] = np.maximum(heights[cells], lowest)  # many drops in one cell dig no pit
        carried += taken
        left = carried * CARRIES
        np.add.at(heights, target, left)
        heights[target] = np.minimum(heights[target], heights[cells])  # and they build no hill
        carried -= left
        cells = target


def _lowest_beside(grid: Grid, heights: Floats, cells: Cells) -> tuple[Cells, Floats]:
    found = grid.neighbours[0][cells]
    lowest = heights[found]
    for side in grid.neighbours[1:]:
        beside = side[cells]
        height = heights[beside]
        lower = height < lowest
        np.copyto(found, beside, where=lower)
        np.copyto(lowest, height, where=lower)
    return found, lowest
