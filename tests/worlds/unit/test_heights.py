"""Heights: ranges where plates meet, volcanoes, and what wears them down. Source: worlds 11.2."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.generation.erosion import let_slide, wash
from worlds.generation.grid import grid_of
from worlds.generation.heights import Relief, raise_ground
from worlds.generation.moons import MoonsDrawn, place_moons
from worlds.generation.noise import noise
from worlds.generation.parameters import Parameters
from worlds.generation.plates import CONVERGENT, DIVERGENT, Plates, make_plates
from worlds.generation.stages import generate

SMALL = Parameters("small")
GRID = grid_of(SMALL.edge)


@pytest.fixture(scope="module")
def plates() -> Plates:
    return make_plates(SMALL, 42)


@pytest.fixture(scope="module")
def relief(plates: Plates) -> Relief:
    return raise_ground(SMALL, 42, place_moons(SMALL, 42), plates)


def test_without_geology_there_are_no_volcanoes_and_ranges_are_not_worn():
    """Source: worlds 10.3, simulateGeology."""
    usual, still = (generate(Parameters("small", geology=geology), 42) for geology in (True, False))

    assert not still.relief.volcanic.any()
    assert usual.relief.volcanic.any()
    steep, worn = (np.abs(each.relief.heights - each.relief.heights[GRID.neighbours[0]]) for each in (still, usual))
    assert steep.mean() > 1.1 * worn.mean()
    assert len(still.waters.starts) > 1  # rivers run all the same
    assert 0.25 <= np.mean(still.waters.heights > still.sea.level) <= 0.35


def test_plates_that_meet_raise_mountains_at_a_coast_and_dig_trenches_in_the_sea(plates: Plates, relief: Relief):
    continents = plates.continental[plates.plate] + plates.continental[plates.other]
    meeting = plates.boundary == CONVERGENT
    height = relief.heights

    assert np.percentile(height[meeting & (continents == 1)], 75) > 1_500
    assert np.percentile(height[meeting & (continents == 0)], 25) < -4_500
    assert np.median(height[(plates.boundary == DIVERGENT) & (continents == 0)]) > -3_500


def test_plates_are_level_far_from_their_boundaries(plates: Plates, relief: Relief):
    inside = (plates.boundary == 0) & (relief.volcanic == 0)

    assert np.median(relief.heights[inside & (plates.continental[plates.plate] == 1)]) == pytest.approx(100, abs=150)
    assert np.median(relief.heights[inside & (plates.continental[plates.plate] == 0)]) == pytest.approx(-4000, abs=150)


def test_hotspots_raise_the_ground(plates: Plates, relief: Relief):
    inside = (plates.boundary == 0) & (plates.continental[plates.plate] == 0)
    volcanic = relief.volcanic == 1

    assert volcanic.any()
    assert relief.heights[inside & volcanic].max() > relief.heights[inside & ~volcanic].mean() + 1_000


def test_a_strong_tide_makes_more_and_higher_volcanoes(plates: Plates):
    near = MoonsDrawn(np.array([1.0]), np.array([2e8]))
    none = MoonsDrawn(np.zeros(0), np.zeros(0))

    many, few = (raise_ground(SMALL, 42, moons, plates).volcanic.sum() for moons in (near, none))

    assert many > 2 * few > 0


def test_slides_move_ground_and_lose_none():
    heights = noise(GRID, 1, "test", 10) * 1_000
    before = heights.copy()

    let_slide(GRID, heights, 3)

    assert heights.sum() == pytest.approx(before.sum(), abs=1e-3)
    assert np.std(heights) < np.std(before)


def test_drops_neither_dig_pits_nor_pile_up_hills():
    heights = noise(GRID, 1, "test", 10) * 1_000
    before = heights.copy()

    wash(GRID, 1, heights, 5_000)

    assert np.any(heights != before)
    assert heights.min() >= before.min()
    assert heights.max() <= before.max()


def test_noise_is_smooth_and_centred():
    values = noise(GRID, 1, "test", 10)
    steps = np.abs(values[GRID.neighbours[0]] - values)

    assert abs(values.mean()) < 0.05
    assert 0.6 < np.abs(values).max() <= 1.04
    assert steps.max() < 0.5
