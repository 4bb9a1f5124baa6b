"""Plates grow from random cells until each cell belongs to one. Source: worlds 11.2; acceptance 11.3."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.generation.arrays import Codes
from worlds.generation.grid import Grid, grid_of
from worlds.generation.parameters import Parameters
from worlds.generation.plates import CONVERGENT, DIVERGENT, Plates, make_plates


def connected(grid: Grid, plate: Codes) -> bool:
    """Return whether one can reach all of each plate from one of its cells without leaving it."""
    front = np.unique(plate, return_index=True)[1]
    reached = np.zeros(grid.cells, np.bool_)
    reached[front] = True
    while len(front):
        found = [side[front][(plate[side[front]] == plate[front]) & ~reached[side[front]]] for side in grid.neighbours]
        front = np.unique(np.concatenate(found))
        reached[front] = True
    return bool(reached.all())


@pytest.fixture(scope="module")
def plates() -> Plates:
    return make_plates(Parameters("small"), 42)


@pytest.mark.parametrize(("size", "number", "continents"), [("small", 3, 1), ("medium", 5, 1), ("large", 8, 2)])
def test_sizes_have_their_plates_and_continents(size: str, number: int, continents: int):
    grid = grid_of(Parameters(size).edge)

    made = make_plates(Parameters(size), 42)

    assert np.array_equal(np.unique(made.plate), np.arange(number))
    assert made.continental.sum() == continents
    assert connected(grid, made.plate)


def test_continents_cover_more_than_the_land_that_is_wanted(plates: Plates):
    covered = np.mean(plates.continental[plates.plate])

    assert 0.3 < covered < 0.45


def test_crust_is_thick_under_continents_and_thin_under_oceans(plates: Plates):
    continents = plates.continental == 1

    assert np.all((plates.thickness_km[continents] >= 30) & (plates.thickness_km[continents] <= 50))
    assert np.all((plates.thickness_km[~continents] >= 5) & (plates.thickness_km[~continents] <= 10))
    assert np.all((plates.age_my >= 0) & (plates.age_my <= 100))


def test_boundaries_are_where_plates_meet(plates: Plates):
    grid = grid_of(100)
    meets = np.zeros(grid.cells, np.bool_)
    for side in grid.neighbours:
        meets |= plates.plate[side] != plates.plate

    assert np.array_equal(plates.boundary > 0, meets)
    assert np.all(plates.closing[plates.boundary == CONVERGENT] > 0.2)
    assert np.all(plates.closing[plates.boundary == DIVERGENT] < -0.2)
    assert np.all(np.abs(plates.closing) <= 2)


def test_all_kinds_of_boundaries_occur(plates: Plates):
    assert set(np.unique(plates.boundary)) == {0, 1, 2, 3}
