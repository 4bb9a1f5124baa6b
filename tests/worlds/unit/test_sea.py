"""The level of the sea. Source: worlds 11.1, 11.2."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.generation.heights import Relief
from worlds.generation.parameters import Parameters
from worlds.generation.sea import find_sea_level

RELIEF = Relief(np.arange(-50.0, 50.0), np.zeros(100, np.uint8))


@pytest.mark.parametrize("land", [0.1, 0.3, 0.75, 1.0])
def test_the_wanted_share_of_cells_stands_above_the_sea(land: float):
    sea = find_sea_level(Parameters(land=land), RELIEF)

    assert np.mean(RELIEF.heights > sea.level) == pytest.approx(land)


@pytest.mark.parametrize(("wanted", "level"), [(-10, -10), (900, 49), (-900, -50)])
def test_a_level_in_metres_is_kept_between_the_lowest_and_the_highest_place(wanted: float, level: float):
    assert find_sea_level(Parameters(sea_level=wanted), RELIEF).level == level
