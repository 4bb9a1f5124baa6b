"""Names, shapes, portals and clocks of worlds. Source: worlds 2.4, 6, 14."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.space.models import Position
from worlds.world import clock, rules
from worlds.world.models import WorldNameInvalid, WorldShapeInvalid, WorldTime

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_portal_of_a_world_whose_hash_is_27_is_in_the_east_wall_at_6_and_a_half():
    assert rules.portal_place(27) == Position(100, 65)
    assert rules.portal_of(UUID(int=27), "Aether").position == (100, 65, 0)


def test_the_walls_come_in_the_order_south_north_west_east():
    assert [rules.portal_place(number) for number in range(4)] == [(5, 0, 0), (5, 100, 0), (0, 5, 0), (100, 5, 0)]


@pytest.mark.parametrize("name", ["A", "Aether", "Old  Town", "O'Hara-2", "Überwald", "x" * 100])
def test_a_world_has_a_name_of_letters_digits_spaces_hyphens_and_apostrophes(name: str):
    assert rules.world_name(f" {name} ") == " ".join(name.split())


@pytest.mark.parametrize("name", ["", "  ", "-'-", "a_b", "a.b", "<b>", "x" * 101, "x" * 99 + "!!"])
def test_other_names_are_refused(name: str):
    with pytest.raises(WorldNameInvalid):
        rules.world_name(name)


def test_a_sphere_is_10_km_around_unless_its_radius_or_circumference_is_given():
    assert rules.sphere_of(None, None).circumference == 100_000
    assert rules.sphere_of(5_460_000, None).circumference == 54_600_000
    assert rules.sphere_of(None, 1_000).circumference == 62_832
    for circumference, radius in ((1.0, None), (1e9, None), (float("nan"), None), (1000.0, 200.0)):
        with pytest.raises(WorldShapeInvalid):
            rules.sphere_of(circumference, radius)


def test_the_synonyms_of_shapes_are_understood():
    shapes = [rules.shape_named(each) for each in ("sphere", "Cube", "virtual")]

    assert shapes == ["spherical", "bounded_cube", "infinite"]
    with pytest.raises(WorldShapeInvalid):
        rules.shape_named("torus")


def test_a_box_has_its_lowest_corner_below_its_highest():
    assert rules.box_of((0, 0, 0), (10.5, 10, 3)).highest == (105, 100, 30)
    for low, high in (((0, 0, 0), (0, 1, 1)), ((0, 0, 0), (float("inf"), 1, 1))):
        with pytest.raises(WorldShapeInvalid):
            rules.box_of(low, high)


def test_a_pause_of_ten_minutes_at_dilation_10_is_made_up_for_by_100_minutes():
    time = clock.dilated(WorldTime(0, START), 10_000, START)
    paused = clock.paused(time, START)

    resumed = clock.resumed(paused)

    assert shown(paused, START + timedelta(minutes=10)) == 0
    assert shown(resumed, START + timedelta(minutes=10)) == 100 * 60_000


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(100, 100_000) | st.booleans()), max_size=8))
def test_a_clock_never_jumps_but_when_it_is_resumed(steps: list[tuple[int, int | bool]]):
    """A number sets the dilation, True pauses and False resumes."""
    time, now, run = WorldTime(0, START), START, 0
    for wait, step in steps:
        now += timedelta(milliseconds=wait)
        run += wait * int(time.dilation * 1000)
        before = shown(time, now)
        if isinstance(step, bool):
            time = clock.paused(time, now) if step else clock.resumed(time)
        else:
            time = clock.dilated(time, step, now)
        if step is not False:
            assert shown(time, now) == before
    slack = len(steps) * 101  # each step rounds to a millisecond of either time
    assert abs(shown(clock.resumed(time), now) - run // 1000) <= slack


def shown(time: WorldTime, now: datetime) -> int:
    if time.is_paused:
        return time.game_anchor
    real = time.owed + (now - time.real_anchor) // timedelta(milliseconds=1)
    return time.game_anchor + int(real * (time.dilation * Decimal(1000))) // 1000
