"""Where water runs from each cell of the land, over the rims of shallow hollows too.

Steepest descent alone would end nearly every river in the next hollow of a few metres. So a hollow that is shallow gets
an outlet over its lowest rim, which a river then cuts down; a deep one keeps its water. After Cordonnier, Bovy and
Braun, "A versatile, linear complexity algorithm for flow routing in topographies with depressions" (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

import numpy as np

from worlds.generation.arrays import Cells, Floats, units
from worlds.generation.grid import Grid
from worlds.generation.randomness import stream_key

SHALLOW: Final = 250.0
"""Metres from the bottom of a hollow to its rim that a river cuts through."""
SEA: Final = 0
"""The number of the basin that is the sea."""


@dataclass(frozen=True, slots=True)
class Drainage:
    """Where water runs."""

    target: Cells
    """The next cell of each; a cell of the sea, and the bottom of a deep hollow, is its own."""
    basin: Cells
    """The hollow that each cell's water runs to before it leaves it; 0 is the sea."""
    bottoms: Cells
    """The lowest cell of each hollow."""
    depths: Floats
    """Metres from a hollow's bottom to its rim."""


@dataclass(frozen=True, slots=True)
class _Rims:
    """The lowest place between each two basins that touch, both ways."""

    here: Cells
    there: Cells
    level: Floats
    inside: Cells
    """The cell at the rim in the basin `here`."""
    outside: Cells
    """The cell beside it in the basin `there`."""


def drain(grid: Grid, seed: int, heights: Floats, sea_level: float) -> Drainage:
    """Return where water runs from each cell."""
    target, lowest = _ways_down(grid, seed, heights)
    itself = np.arange(grid.cells, dtype=np.int32)
    stays = (heights <= sea_level) | (lowest >= heights)
    target[stays] = itself[stays]
    basin, bottoms = _basins(target, heights, sea_level)
    rims = _rims(grid, basin, heights, len(bottoms))
    level, through = _lowest_ways_out(rims, len(bottoms))
    depth = level - heights[bottoms]
    opened = np.flatnonzero((through >= 0) & (depth <= SHALLOW))
    _turn_round(target, rims.inside[through[opened]], rims.outside[through[opened]])
    return Drainage(target, basin, bottoms, depth)


def _ways_down(grid: Grid, seed: int, heights: Floats) -> tuple[Cells, Floats]:
    """Return a neighbour below each cell, and its height; without one, the highest.

    Mostly the lowest, but chance has a say: always the steepest of four ways makes rivers as straight as the grid.
    After Fairfield and Leymarie, "Drainage networks from grid digital elevation models" (1991).
    """
    chances = units(stream_key(seed, "drainage"), 4 * grid.cells).reshape(4, grid.cells)
    target = grid.neighbours[0].copy()
    steepest = (heights - heights[target]) * chances[0]
    for side, chance in zip(grid.neighbours[1:], chances[1:], strict=True):
        slope = (heights - heights[side]) * chance
        steeper = slope > steepest
        np.copyto(target, side, where=steeper)
        np.copyto(steepest, slope, where=steeper)
    return target, heights[target]


def _basins(target: Cells, heights: Floats, sea_level: float) -> tuple[Cells, Cells]:
    """Return the basin of each cell, and the bottom of each basin."""
    end = target
    while True:  # each pass doubles how far ahead a cell looks
        further = end[end]
        if np.array_equal(further, end):
            break
        end = further
    pits = np.flatnonzero((target == np.arange(len(target))) & (heights > sea_level)).astype(np.int32)
    number = np.zeros(len(target), np.int32)
    number[pits] = np.arange(1, len(pits) + 1, dtype=np.int32)
    wet = np.flatnonzero(heights <= sea_level)[:1]
    return number[end], np.concatenate([wet if len(wet) else pits[:1], pits]).astype(np.int32)


def _rims(grid: Grid, basin: Cells, heights: Floats, basins: int) -> _Rims:
    inside, outside = [], []
    for side in grid.neighbours:
        at = np.flatnonzero(basin != basin[side])
        inside.append(at)
        outside.append(side[at])
    cells, beside = np.concatenate(inside), np.concatenate(outside)
    level = np.maximum(heights[cells], heights[beside])
    pair = basin[cells].astype(np.int64) * basins + basin[beside]
    order = np.lexsort((cells, level, pair))
    first = order[np.concatenate([[True], np.diff(pair[order]) > 0])] if len(order) else order
    return _Rims(
        basin[cells[first]],
        basin[beside[first]],
        level[first],
        cells[first].astype(np.int32),
        beside[first].astype(np.int32),
    )


def _lowest_ways_out(rims: _Rims, basins: int) -> tuple[Floats, Cells]:
    """Return how high water stands in each basin before it runs towards the sea, and over which rim; -1: none."""
    level = np.full(basins, np.inf)
    through = np.full(basins, -1, np.int32)
    starts = np.searchsorted(rims.there, np.arange(basins + 1), sorter=(by_there := rims.there.argsort(kind="stable")))
    order, here, heights, first = by_there.tolist(), rims.here.tolist(), rims.level.tolist(), starts.tolist()
    reached = [False] * basins
    open_rims: list[tuple[float, int, int]] = [(-np.inf, SEA, -1)]
    if basins > 1 and not first[SEA + 1] - first[SEA]:  # no sea at all: water gathers in the first hollow
        open_rims.append((-np.inf, 1, -1))
    while open_rims:
        height, number, rim = heappop(open_rims)
        if reached[number]:
            continue
        reached[number] = True
        level[number], through[number] = height, rim
        for each in order[first[number] : first[number + 1]]:
            if not reached[here[each]]:
                heappush(open_rims, (max(height, heights[each]), here[each], each))
    return level, through


def _turn_round(target: Cells, inside: Cells, outside: Cells) -> None:
    """Let water run from the bottoms of hollows to their rims, and on to what is beyond."""
    here, following = inside, outside
    while len(here):
        onwards = target[here].copy()
        target[here] = following
        more = onwards != here
        here, following = onwards[more], here[more]
