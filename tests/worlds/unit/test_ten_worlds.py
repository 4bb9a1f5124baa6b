"""Ten seeds keep the promises of the ground. Source: worlds 11, acceptance 2 and 4; 30, trap 16."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from worlds.generation.grid import grid_of
from worlds.generation.heights import Relief, raise_ground
from worlds.generation.moons import place_moons
from worlds.generation.parameters import Parameters
from worlds.generation.plates import make_plates
from worlds.generation.rivers import Waters, dig_rivers
from worlds.generation.sea import Sea, find_sea_level

MEDIUM = Parameters("medium")
SEEDS = range(1, 11)


@cache
def ground(seed: int) -> tuple[Relief, Sea, Waters]:
    plates = make_plates(MEDIUM, seed)
    relief = raise_ground(MEDIUM, seed, place_moons(MEDIUM, seed), plates)
    sea = find_sea_level(MEDIUM, relief)
    return relief, sea, dig_rivers(MEDIUM, seed, relief, sea)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_wanted_share_is_land_and_no_height_is_out_of_bounds(seed: int):
    _, sea, waters = ground(seed)

    assert 0.25 <= np.mean(waters.heights > sea.level) <= 0.35
    assert waters.heights.min() >= -11_000
    assert waters.heights.max() <= 15_000


@pytest.mark.parametrize("seed", SEEDS)
def test_trap_16_rivers_change_neither_the_level_of_the_sea_nor_its_shore(seed: int):
    """Source: worlds 30, trap 16."""
    relief, sea, waters = ground(seed)

    assert np.mean(relief.heights > sea.level) == pytest.approx(0.3, abs=1e-5)
    assert np.array_equal(waters.heights > sea.level, relief.heights > sea.level)


@pytest.mark.parametrize("seed", SEEDS)
def test_rivers_never_rise_and_end_in_water(seed: int):
    _, sea, waters = ground(seed)
    grid = grid_of(MEDIUM.edge)
    courses = [waters.courses[first:last] for first, last in pairwise(waters.starts)]

    assert courses
    passed = np.zeros(grid.cells, np.int64)
    for course in courses:
        passed[course] += 1
    for course in courses:
        assert 6 <= len(course) <= 500
        assert np.all(np.diff(waters.heights[course]) <= 0)
        for here, there in pairwise(course):
            assert there in [side[here] for side in grid.neighbours]
        end = course[-1]
        assert waters.heights[end] <= sea.level or waters.lake[end] or passed[end] > 1
