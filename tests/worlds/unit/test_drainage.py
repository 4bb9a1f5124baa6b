"""Water runs down, over shallow rims, and stays in deep hollows."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.generation.arrays import Cells, Floats
from worlds.generation.cube import Cell
from worlds.generation.drainage import SHALLOW, drain
from worlds.generation.grid import grid_of
from worlds.generation.parameters import Parameters
from worlds.generation.stages import generate

EDGE = 20
GRID = grid_of(EDGE)
HOLLOW = Cell(0, 10, 10).number(EDGE)


def ends(heights: Floats) -> Cells:
    """Return where water from each cell ends."""
    end = drain(GRID, 1, heights, 0).target
    for _ in range(GRID.cells):
        end = end[end]
    return end


@pytest.fixture
def slope() -> Floats:
    """An island around the hollow's place, in a sea everywhere else."""
    away = np.sqrt((GRID.x - GRID.x[HOLLOW]) ** 2 + (GRID.y - GRID.y[HOLLOW]) ** 2 + (GRID.z - GRID.z[HOLLOW]) ** 2)
    return 1000 - 1600 * away


def test_water_runs_down_to_the_sea(slope: Floats):
    target = drain(GRID, 1, slope, 0).target
    land = slope > 0

    assert np.all(slope[target[land]] < slope[land])
    assert np.all(slope[ends(slope)] <= 0)


def test_water_leaves_a_shallow_hollow_over_its_rim(slope: Floats):
    slope[HOLLOW] -= SHALLOW

    assert slope[ends(slope)[HOLLOW]] <= 0


def test_water_stays_in_a_deep_hollow(slope: Floats):
    slope[HOLLOW] -= 2 * SHALLOW

    end = ends(slope)

    assert end[HOLLOW] == HOLLOW
    assert np.all((slope[end] <= 0) | (end == HOLLOW))


def test_rivers_of_a_world_without_sea_end_in_lakes():
    waters = generate(Parameters("small", land=1.0), 3).waters
    ends = waters.courses[waters.starts[1:] - 1]

    assert len(ends) > 10
    assert np.all(waters.lake[ends] | (waters.towards[ends] > 0))
