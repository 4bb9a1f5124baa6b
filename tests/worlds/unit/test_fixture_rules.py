"""Where a push leads, and what it costs. Source: worlds 5."""

from __future__ import annotations

import pytest

from worlds.fixtures.rules import direction_of, opposite, push_cost
from worlds.space.models import Direction


@pytest.mark.parametrize(("grams", "points"), [(1, 1), (10_000, 1), (10_001, 2), (45_000, 5), (180_000, 18)])
def test_a_push_costs_a_point_for_each_10_kg_or_part_of_them(grams: int, points: int):
    assert push_cost(grams) == points


@pytest.mark.parametrize(
    ("east", "north", "direction"),
    [
        (0, 1, Direction.NORTH),
        (41, 100, Direction.NORTH),
        (42, 100, Direction.NORTHEAST),
        (100, 42, Direction.NORTHEAST),
        (100, -41, Direction.EAST),
        (-7, -7, Direction.SOUTHWEST),
        (-30, 1, Direction.WEST),
        (0, 0, None),
    ],
)
def test_a_way_has_the_nearest_of_eight_directions(east: int, north: int, direction: Direction | None):
    assert direction_of(east, north) is direction


def test_opposites_lead_back():
    assert [opposite(each) for each in (Direction.NORTH, Direction.SOUTHEAST)] == [Direction.SOUTH, Direction.NORTHWEST]
