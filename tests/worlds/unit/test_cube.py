"""Cells of the cube-sphere, one by one and as arrays."""

from __future__ import annotations

from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.generation.cube import SIDES, Cell, Spot, beyond, cell_at, cell_of, direction_of, unwarp, warp
from worlds.generation.grid import grid_of

EDGE = 6


def middle(cell: Cell) -> Spot:
    return Spot(cell.face, cell.column + 0.5, cell.row + 0.5)


def test_a_cell_is_found_by_its_middle():
    grid = grid_of(EDGE)

    for number in range(grid.cells):
        cell = cell_at(number, EDGE)
        direction = direction_of(middle(cell), EDGE)
        assert cell.number(EDGE) == number
        assert cell_of(direction, EDGE) == cell
        assert direction == (grid.x[number], grid.y[number], grid.z[number])


def test_every_cell_is_a_neighbour_of_its_four_neighbours():
    grid = grid_of(EDGE)

    for number in range(grid.cells):
        around = [int(side[number]) for side in grid.neighbours]
        assert len(set(around)) == 4
        for beside in around:
            assert number in [side[beside] for side in grid.neighbours]


def test_neighbours_are_near_even_across_the_edges_of_faces():
    grid = grid_of(100)

    steps = [
        np.sqrt((grid.x[side] - grid.x) ** 2 + (grid.y[side] - grid.y) ** 2 + (grid.z[side] - grid.z) ** 2)
        for side in grid.neighbours
    ]

    assert np.max(steps) < 1.8 / 100
    assert np.min(steps) > 0.9 / 100


def test_columns_go_east_and_rows_go_north_around_the_equator():
    x, y, _ = direction_of(Spot(0, EDGE / 2, EDGE / 2), EDGE)
    _, east, _ = direction_of(Spot(0, EDGE / 2 + 1, EDGE / 2), EDGE)
    *_, north = direction_of(Spot(0, EDGE / 2, EDGE / 2 + 1), EDGE)

    assert (x, y) == (1, 0)
    assert east > 0
    assert north > 0


@pytest.mark.parametrize("start", [Cell(0, 0, 0), Cell(0, 3, 2), Cell(4, 1, 5), Cell(5, 0, 3)])
def test_four_faces_in_a_row_lead_around_the_planet(start: Cell):
    for side in range(4):
        cell, direction = start, side
        for _ in range(4 * EDGE):
            previous = cell
            cell = beyond(Cell(cell.face, cell.column + SIDES[direction][0], cell.row + SIDES[direction][1]), EDGE)
            back = [
                beyond(Cell(cell.face, cell.column + columns, cell.row + rows), EDGE) for columns, rows in SIDES
            ].index(previous)
            direction = back ^ 1  # straight on is away from where one came from
        assert cell == start


@given(st.floats(-1, 1))
def test_warping_is_undone(t: float):
    assert isclose(unwarp(warp(t)), t, abs_tol=1e-12)


@given(st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)).filter(lambda v: sum(x * x for x in v) > 0.01))
def test_every_direction_points_near_the_middle_of_its_cell(direction: tuple[float, float, float]):
    length = sqrt(sum(part * part for part in direction))
    edge = 50

    found = direction_of(middle(cell_of(direction, edge)), edge)

    assert sum((a / length - b) ** 2 for a, b in zip(direction, found, strict=True)) < (1.3 / edge) ** 2
