"""Moves, distances and cells lead across the seam and over the poles, and stop at walls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.error_objects import code_of
from worlds.space.cells import SIDE, cell_of, cells_near
from worlds.space.collisions import Solid, blocked_by
from worlds.space.models import LOBBY, METRE, Direction, OutOfBounds, Position, Space, sphere
from worlds.space.rules import is_within, line_of_sight, moved, offset, place_at, squared_distance

SMALL = sphere()
MEDIUM = sphere(5_460_000)
EARTH = sphere(40_030_000)
NARROW = sphere(1_234.5)  # its last column of cells is narrower than the others, and its poles are at no round number
CUBE = Space("bounded_cube")
INFINITE = Space("infinite")
SPHERES = (SMALL, MEDIUM, EARTH, NARROW, sphere(1_234.6), sphere(0.4))
STATUE = Solid("the statue", Position(50, 50), 8)


def at(x: float, y: float, z: float = 0) -> Position:
    """Return a position that is given in metres."""
    return Position(round(x * METRE), round(y * METRE), round(z * METRE))


@st.composite
def positions(draw: st.DrawFn, space: Space) -> Position:
    """Draw a position, often near the seam, a pole or a corner of the map."""
    z = draw(st.integers(0, 10_000))
    if space.shape == "infinite":
        return Position(draw(st.integers(-(10**12), 10**12)), draw(st.integers(-(10**12), 10**12)), z)
    (west, south), (east, north) = space.lowest[:2], space.highest[:2]
    if space.shape == "spherical":
        west, south, east, north = 0, -space.pole, space.circumference - 1, space.pole
    x = st.integers(west, east) | st.integers(0, min(2_000, east - west)).flatmap(
        lambda near: st.sampled_from([west + near, east - near])
    )
    y = st.integers(south, north) | st.integers(0, min(2_000, north - south)).flatmap(
        lambda near: st.sampled_from([south + near, north - near])
    )
    return Position(draw(x), draw(y), min(z, space.highest.z))


def anywhere(*spaces: Space) -> st.SearchStrategy[tuple[Space, Position, Position]]:
    return st.sampled_from(spaces).flatmap(lambda space: st.tuples(st.just(space), positions(space), positions(space)))


def images(space: Space, place: Position) -> list[Position]:
    """Return where else a place is, by going round the planet in all ways, a few times."""
    if space.shape != "spherical":
        return [place]
    around, half = space.circumference, space.circumference // 2
    return [
        Position(x + i * around, y + j * around, place.z)
        for x, y in ((place.x, place.y), (place.x + half, half - place.y))
        for i, j in product(range(-2, 3), repeat=2)
    ]


def straight(start: Position, end: Position) -> int:
    return sum((b - a) ** 2 for a, b in zip(start, end, strict=True))


def test_passing_a_pole_mirrors_y_and_shifts_x_by_half_the_circumference():
    """Source: worlds 8, acceptance 4; 30, trap 11."""
    assert moved(SMALL, at(1_000, 2_490), 0, 20 * METRE) == at(6_000, 2_490)
    assert moved(SMALL, at(6_000, -2_490), 0, -20 * METRE) == at(1_000, -2_490)


def test_the_seam_is_crossed():
    """Source: worlds 8, acceptance 4."""
    assert moved(SMALL, at(0.5, 0), -1 * METRE, 0) == at(9_999.5, 0)
    assert moved(SMALL, at(9_999.5, 0), 1 * METRE, 0) == at(0.5, 0)


def test_the_way_around_the_planet_over_both_poles_leads_back():
    assert moved(SMALL, at(1_000, 300), 0, 10_000 * METRE) == at(1_000, 300)


def test_walls_refuse():
    """Source: worlds 8, acceptance 5."""
    with pytest.raises(OutOfBounds) as refusal:
        moved(LOBBY, at(5, 9.5), 0, 1 * METRE)

    assert "wall" in str(refusal.value)
    assert code_of(refusal.value, "/api/game/join") == "MOVEMENT_BLOCKED"
    assert moved(LOBBY, at(5, 9.5), 0, 5) == at(5, 10)


@pytest.mark.parametrize("step", [Direction.DOWN, Direction.UP])
def test_a_box_has_a_floor_and_a_ceiling(step: Direction):
    place = LOBBY.lowest if step is Direction.DOWN else LOBBY.highest

    with pytest.raises(OutOfBounds):
        moved(LOBBY, place, *step.value)


def test_a_box_without_bounds_is_2000_km_wide_and_an_infinite_world_has_no_walls():
    """Source: worlds 6."""
    assert moved(CUBE, at(999_999, 0), 10, 0) == at(1_000_000, 0)
    assert place_at(CUBE, 1_000_000 * METRE + 1, 0) is None
    assert place_at(CUBE, 0, 0, -1_000 * METRE - 1) is place_at(CUBE, 0, 0, 10_000 * METRE + 1) is None
    assert moved(INFINITE, at(1_000_000, 0), 10, 0) == at(1_000_001, 0)


def test_there_are_ten_directions():
    """Source: worlds 8."""
    steps = [direction.value for direction in Direction]

    assert len(steps) == 10
    assert {step for step in steps if not step[2]} == set(product((-1, 0, 1), (-1, 0, 1), (0,))) - {(0, 0, 0)}
    assert moved(LOBBY, at(2, 2), *(METRE * along for along in Direction.NORTHEAST.value)) == at(3, 3)


def test_a_circumference_is_rounded_to_an_even_number_of_decimetres():
    assert NARROW.circumference == 12_344
    with pytest.raises(ValueError, match="12345"):
        Space("spherical", 12_345)
    with pytest.raises(ValueError, match="0 dm"):
        Space("spherical")


def test_a_box_is_not_inside_out():
    with pytest.raises(ValueError, match="box"):
        Space("bounded_cube", lowest=at(1, 0), highest=at(0, 0))


@given(anywhere(*SPHERES), st.tuples(*[st.integers(-(10**10), 10**10)] * 2))
def test_moves_end_on_the_map_and_lead_back(places: tuple[Space, Position, Position], way: tuple[int, int]):
    space, start, _ = places
    dx, dy = way

    end = moved(space, start, dx, dy, 3)

    assert 0 <= end.x < space.circumference
    assert -space.pole <= end.y <= space.pole
    # Who has come over a pole goes back over it, in the same direction.
    back = {moved(space, end, -dx, -dy, -3), moved(space, end, -dx, dy, -3)}
    assert 0 in {squared_distance(space, start, place) for place in back}
    if abs(start.y) != space.pole:  # the pole itself is on all meridians
        assert start in back


@given(anywhere(SMALL, NARROW), st.integers(0, 10**6))
def test_a_move_is_as_far_as_it_says_or_there_is_a_shorter_way(places: tuple[Space, Position, Position], distance: int):
    space, start, _ = places

    for direction in Direction:
        dx, dy, dz = (distance * along for along in direction.value)
        assert squared_distance(space, start, moved(space, start, dx, dy, dz)) <= dx * dx + dy * dy + dz * dz
        if distance <= space.pole:
            assert squared_distance(space, start, moved(space, start, dx, 0, dz)) == dx * dx + dz * dz


@given(anywhere(*SPHERES, LOBBY, CUBE, INFINITE))
def test_the_distance_is_the_shortest_of_all_ways(places: tuple[Space, Position, Position]):
    space, start, end = places

    found = squared_distance(space, start, end)

    assert found == squared_distance(space, end, start)
    assert found == min(straight(start, image) for image in images(space, end))
    assert squared_distance(space, end, moved(space, start, *offset(space, start, end))) == 0


def test_the_seam_is_two_metres_wide():
    """Source: worlds 13, acceptance 5."""
    assert squared_distance(SMALL, at(1, 0), at(9_999, 0)) == 20**2
    assert offset(SMALL, at(9_999, 0), at(1, 0)) == (20, 0, 0)


def test_the_distance_leads_over_a_pole_and_a_corner():
    """Source: worlds 30, trap 11."""
    assert squared_distance(SMALL, at(1_000, 2_490), at(6_000, 2_490)) == 200**2
    assert squared_distance(SMALL, at(9_999, -2_499), at(5_001, -2_499)) == 20**2 + 20**2


def test_the_edge_of_a_radius_belongs_to_it():
    """Source: worlds 13, acceptance 2."""
    here = at(1_000, 0)

    assert is_within(SMALL, here, at(1_030, 40), 50 * METRE)
    assert not is_within(SMALL, here, at(1_030, 40, 0.1), 50 * METRE)
    assert is_within(SMALL, here, at(1_000, 0, 50), 50 * METRE)
    assert not is_within(SMALL, here, at(1_050.1, 0), 50 * METRE)


@given(anywhere(*SPHERES, LOBBY, CUBE, INFINITE), st.integers(0, 12_000), st.randoms(use_true_random=False))
def test_near_cells_miss_nothing(places: tuple[Space, Position, Position], radius: int, random: Random):
    """Source: worlds 30, trap 11."""
    space, centre, other = places
    found = cells_near(space, centre, radius)
    around = [place_at(space, *(along + random.randint(-radius, radius) for along in centre[:2])) for _ in range(40)]

    for place in (other, *(each for each in around if each is not None)):
        if is_within(space, centre, place._replace(z=centre.z), radius):
            assert cell_of(place) in found
    assert found == sorted(set(found))
    assert len(found) <= 3 * (2 * radius // SIDE + 2) * (2 * radius // SIDE + 3)


@pytest.mark.parametrize("centre", [at(0, 0), at(1_234.3, 308), at(617.2, -308), at(600, 300)])
@pytest.mark.parametrize("radius", [0, 1, 999, 1_000, 3_000, 6_171, 6_172, 20_000])
def test_near_cells_are_those_of_all_positions_of_a_small_planet(centre: Position, radius: int):
    everywhere = [
        Position(x, y) for x in range(0, NARROW.circumference, 49) for y in range(-NARROW.pole, NARROW.pole + 1, 49)
    ]

    near = {cell_of(place) for place in everywhere if is_within(NARROW, centre, place, radius)}

    existing = {cell_of(Position(x, y)) for x in range(0, 12_344, SIDE) for y in (-3_086, *range(-3_000, 3_086, SIDE))}
    assert near <= set(cells_near(NARROW, centre, radius)) <= existing


def test_few_cells_are_near():
    assert cells_near(EARTH, at(150, 150), 20 * METRE) == [cell_of(at(150, 150))]
    assert cells_near(EARTH, at(150, 150), 50 * METRE) == [cell_of(at(x, y)) for y in (150, 250) for x in (150, 250)]
    assert len(cells_near(EARTH, at(150, 150), 100 * METRE)) == 9
    assert cells_near(LOBBY, at(5, 2), 50 * METRE) == [0]


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_cells_have_numbers_of_their_own_which_fit_into_a_bigint(column: int, row: int):
    number = cell_of(Position(column * SIDE + 7, row * SIDE + 7))

    assert -(2**63) <= number < 2**63
    assert (number + 2**31) % 2**32 - 2**31 == column
    assert (number + 2**31) >> 32 == row


def test_the_statue_stands_in_the_way():
    """Source: worlds 8, acceptance 5."""
    assert blocked_by(LOBBY, moved(LOBBY, at(5, 4), 0, 1 * METRE), [STATUE]) is STATUE
    assert blocked_by(LOBBY, at(5, 4.2), [STATUE]) is None
    assert blocked_by(LOBBY, at(5, 4.3), [STATUE]) is STATUE


def test_solid_things_leave_half_a_metre_unless_they_say_otherwise_and_the_nearest_is_named():
    tree, rock = Solid("a tree", at(9_999.8, 0)), Solid("a rock", at(0.1, 0))

    assert blocked_by(SMALL, at(0, 0), [tree, rock]) is rock
    assert blocked_by(SMALL, at(0.6, 0), [tree, rock]) is None
    assert blocked_by(SMALL, at(0, 0, 0.5), [rock]) is None


def ridge(height: int) -> Callable[[int, int], int]:
    """Return ground that is flat but for a ridge across the seam."""
    return lambda x, _: height if x < 20 else 0


def test_a_ridge_blocks_the_view_in_both_directions():
    west, east = at(9_990, 0), at(10, 0)

    assert line_of_sight(SMALL, west, east, ridge(16))
    assert not line_of_sight(SMALL, west, east, ridge(18))
    assert not line_of_sight(SMALL, east, west, ridge(18))
    assert line_of_sight(SMALL, west, at(10, 0, 5), ridge(18))
    assert line_of_sight(SMALL, west, west, ridge(18))
