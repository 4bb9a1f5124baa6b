"""What the ground of a new world is made from."""

from __future__ import annotations

import pytest

from worlds.founding.rules import generation_for
from worlds.generation.parameters import from_json
from worlds.space.models import LOBBY, METRE, Position, Space, sphere


def box(metres: int) -> Space:
    return Space("bounded_cube", lowest=Position(0, 0), highest=Position(metres * METRE, 100, 100))


@pytest.mark.parametrize(
    ("space", "size"),
    [
        (sphere(100), "small"),
        (sphere(10_000), "small"),
        (sphere(230_000), "small"),
        (sphere(240_000), "medium"),
        (sphere(40_000_000), "large"),
        (Space("infinite"), "medium"),
        (Space("bounded_cube"), "medium"),
        (box(10_000), "small"),
    ],
)
def test_a_map_is_as_large_as_its_world(space: Space, size: str):
    made_from = generation_for(space, seed=3)

    assert (made_from["seed"], from_json(made_from["parameters"]).size) == (3, size)


@pytest.mark.parametrize("space", [LOBBY, box(9_999)])
def test_a_small_box_has_no_ground(space: Space):
    assert generation_for(space, seed=3) == {}
