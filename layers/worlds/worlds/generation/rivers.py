"""Rivers and lakes. Source: worlds 11.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from worlds.generation.arrays import Cells, Codes, Flags, Floats, units
from worlds.generation.drainage import SEA, Drainage, drain
from worlds.generation.grid import Grid, grid_of
from worlds.generation.heights import Relief
from worlds.generation.parameters import Parameters
from worlds.generation.randomness import stream_key
from worlds.generation.sea import Sea

CELLS_PER_ATTEMPT: Final = 50
SOURCE: Final = 500.0
"""Metres above the sea that a source lies, or more."""
SHORTEST: Final = 6
LONGEST: Final = 500
BED: Final = 20.0
"""Metres that a river cuts into the ground."""
SHORE: Final = 1.0
"""Metres above the sea below which it cuts no more: the land keeps its share."""
SHALLOWEST_LAKE: Final = 15.0
"""Metres of a hollow; a river fills a shallower one with what it carries."""
DEEPEST_LAKE: Final = 40.0


@dataclass(frozen=True, slots=True)
class Waters:
    """The ground with its rivers and lakes."""

    heights: Floats
    """Final: beds of rivers are cut."""
    flow: Cells
    """At each cell, how many sources feed the river there; 0 where there is none."""
    towards: Codes
    """Where the river of a cell runs: 1 + the place in `cube.SIDES`; 0 without a river and where one ends."""
    lake: Codes
    """1 where a lake is."""
    courses: Cells
    """The cells of all rivers, one river after the other, each from its source to where it meets the sea, another
    river or a lake, whose cell is the last."""
    starts: Cells
    """Where each river begins in `courses`, and the end."""


def dig_rivers(parameters: Parameters, seed: int, relief: Relief, sea: Sea) -> Waters:
    """Return the ground after rivers have found their way."""
    return dig(grid_of(parameters.edge), seed, relief.heights, sea.level)


def dig(grid: Grid, seed: int, relief: Floats, sea_level: float) -> Waters:
    """Return ground of some heights after rivers have found their way."""
    heights = relief.copy()
    drainage = drain(grid, seed, heights, sea_level)
    paths = _paths(grid, seed, heights, sea_level, drainage.target)
    courses = _without_shared_ends(grid, paths)
    lake = _lakes(heights, sea_level, drainage, courses)
    bed, flow = _cut(heights, sea_level, drainage.target, courses)
    towards = np.zeros(grid.cells, np.uint8)
    for number, side in enumerate(grid.neighbours, 1):
        towards[bed[side[bed] == drainage.target[bed]]] = number
    starts = np.cumsum([0, *(len(course) for course in courses)]).astype(np.int32)
    cells = np.concatenate(courses) if courses else np.zeros(0, np.int32)
    return Waters(heights, flow, towards, lake.astype(np.uint8), cells, starts)


def _paths(grid: Grid, seed: int, heights: Floats, sea_level: float, target: Cells) -> list[Cells]:
    """Return the ways of water from random sources to sea or lake, the longest first."""
    attempts = units(stream_key(seed, "rivers"), grid.cells // CELLS_PER_ATTEMPT)
    sources = np.unique((attempts * grid.cells).astype(np.int32))
    here = sources[heights[sources] > sea_level + SOURCE]
    steps = [here]
    while len(steps) <= LONGEST:
        onwards = target[here]
        if np.array_equal(onwards, here):
            break
        here = onwards
        steps.append(here)
    table = np.stack(steps)
    length = 1 + np.count_nonzero(table[1:] != table[:-1], axis=0)
    ends = target[here] == here
    chosen = np.flatnonzero(ends & (length >= SHORTEST) & (length <= LONGEST))
    chosen = chosen[np.argsort(-length[chosen], kind="stable")]
    return [table[: length[each], each] for each in chosen]


def _without_shared_ends(grid: Grid, paths: list[Cells]) -> list[Cells]:
    """Return each path up to the first cell that a longer one passes; what is then too short is no river."""
    taken = np.zeros(grid.cells, np.bool_)
    courses: list[Cells] = []
    for path in paths:
        met = np.flatnonzero(taken[path])
        course = path[: met[0] + 1] if len(met) else path
        if len(course) >= SHORTEST:
            courses.append(course)
            taken[course] = True
    return courses


def _cut(heights: Floats, sea_level: float, target: Cells, courses: list[Cells]) -> tuple[Cells, Cells]:
    """Lower the beds, never uphill; the cells of beds, and the sources that feed each cell."""
    flow = np.zeros(len(heights), np.int32)
    if not courses:
        return np.zeros(0, np.int32), flow
    bed = np.unique(np.concatenate(courses))
    bed = bed[heights[bed] > sea_level]
    heights[bed] = np.maximum(heights[bed] - BED, np.minimum(heights[bed], sea_level + SHORE))
    flow[[course[0] for course in courses]] = 1
    for cells in _from_the_sources(bed, target):
        onwards = target[cells]
        np.add.at(flow, onwards, flow[cells])
        dry = heights[onwards] > sea_level
        np.minimum.at(heights, onwards[dry], heights[cells[dry]])
    return bed[target[bed] != bed], flow


def _from_the_sources(bed: Cells, target: Cells) -> list[Cells]:
    """Return the cells of beds that have a next one, in groups: what feeds a cell is in an earlier group."""
    to_go = np.zeros(len(bed), np.int32)
    here = bed
    while not np.array_equal(here, onwards := target[here]):
        to_go += onwards != here
        here = onwards
    order = np.argsort(-to_go, kind="stable")
    groups = np.split(bed[order], np.flatnonzero(np.diff(to_go[order])) + 1)
    return [cells for cells in groups if target[cells[0]] != cells[0]]


def _lakes(heights: Floats, sea_level: float, drainage: Drainage, courses: list[Cells]) -> Flags:
    """Return which cells are lakes: where a river ends in a hollow, or crosses one that is deep enough."""
    crossed = np.zeros(len(heights), np.bool_)
    ends = np.zeros(len(heights), np.bool_)
    for course in courses:
        crossed[course] = True
        ends[course[-1]] = True
    level = np.full(len(drainage.bottoms), -np.inf)
    bottoms = drainage.bottoms
    filled = ends[bottoms] | (crossed[bottoms] & (drainage.depths >= SHALLOWEST_LAKE))
    filled[SEA] = False
    water = np.clip(drainage.depths / 2, 0, DEEPEST_LAKE)
    level[filled] = heights[bottoms[filled]] + water[filled]
    return (heights <= level[drainage.basin]) & (heights > sea_level)
