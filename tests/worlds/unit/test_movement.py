"""What moving costs, and how stamina comes back. Source: worlds 8."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.movement.models import PARTS, CannotFly, FlyingTooHigh, InsufficientStamina, Mode, NotFlying, Stamina
from worlds.movement.rules import (
    ceiling,
    change_altitude,
    cost,
    facing,
    fly_to,
    move_cost,
    rested_at,
    restore,
    settle,
    spend,
    take_off,
)

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)


def rested(points: int = 0, endurance: int = 50, maximum: int = 500, damaged_at: datetime | None = None) -> Stamina:
    return Stamina(points * PARTS, maximum, endurance, NOON, damaged_at)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("mode", "squared", "points"),
    [
        (Mode.WALK, 100**2, 10),
        (Mode.SNEAK, 30**2, 5),
        (Mode.SPRINT, 21**2, 9),
        (Mode.WALK, 10**2 + 10**2, 2),
        (Mode.RUN, 30**2, 6),
        (Mode.WALK, 0, 0),
        (Mode.WALK, 1, 1),
        (Mode.WALK, (10**9 * 10) ** 2, 10**9),
        (Mode.WALK, (10**9 * 10) ** 2 + 1, 10**9 + 1),
    ],
)
def test_what_a_move_costs(mode: Mode, squared: int, points: int):
    assert cost(mode, squared) == points


def test_trap_12_a_diagonal_is_rounded_up_once_over_the_whole_move():
    """Source: worlds 30, trap 12."""
    assert cost(Mode.WALK, 50**2 + 50**2) == 8
    assert cost(Mode.SNEAK, 1000**2 + 1000**2) == 213


@given(st.sampled_from(Mode), st.integers(0, 10**12))
def test_the_cost_is_the_smallest_number_that_pays_for_the_length(mode: Mode, squared: int):
    twice_rate = {Mode.WALK: 2, Mode.SNEAK: 3, Mode.RUN: 4, Mode.SPRINT: 8}[mode]
    points = cost(mode, squared)

    assert (20 * points) ** 2 >= twice_rate**2 * squared
    assert points == 0 or (20 * (points - 1)) ** 2 < twice_rate**2 * squared


def test_watchers_and_flyers_pay_nothing():
    assert move_cost(Mode.RUN, 100, is_watcher=False, is_flying=False) == 2
    assert move_cost(Mode.RUN, 100, is_watcher=True, is_flying=False) == 0
    assert move_cost(Mode.RUN, 100, is_watcher=False, is_flying=True) == 0


def test_all_stamina_is_back_when_the_last_point_is():
    tired = rested(points=483)

    assert rested_at(tired) == after(3.4)
    assert settle(tired, after(3.4)).points == 500
    assert settle(tired, after(3.399_999)).points == 499
    assert rested_at(rested(points=500)) == after(0)
    assert rested_at(rested(points=483, damaged_at=after(1))) == after(9.4)
    assert rested_at(rested(points=483, endurance=0)) == after(0)


def test_too_little_stamina_is_refused_whole():
    stamina = rested(points=4)

    with pytest.raises(InsufficientStamina, match="costs 6 stamina and you have 4"):
        spend(stamina, 6)
    assert spend(stamina, 4).points == 0


def test_three_and_a_half_seconds_give_17_points_and_keep_half_a_point():
    stamina = settle(rested(), after(3.5))

    assert stamina.points == 17
    assert settle(stamina, after(3.6)).points == 18


def test_rest_stops_at_the_maximum():
    assert settle(rested(points=498), after(60)) == Stamina(500 * PARTS, 500, 50, after(60))
    assert restore(rested(points=498), 5).points == 500


def test_five_seconds_after_damage_nothing_comes_back():
    hurt = rested(damaged_at=after(1))

    assert settle(hurt, after(6)).points == 0
    assert settle(hurt, after(8)).points == 10


moments = st.integers(0, 10**11).map(lambda each: NOON + timedelta(microseconds=each))


@given(st.integers(0, 500), st.integers(1, 100), st.none() | moments, moments, moments)
def test_settling_twice_is_settling_once(
    points: int, endurance: int, damaged_at: datetime | None, one: datetime, other: datetime
):
    stamina = rested(points, endurance, damaged_at=damaged_at)
    between, last = sorted((one, other))

    assert settle(settle(stamina, between), last) == settle(stamina, last)


def test_an_earlier_moment_changes_nothing():
    stamina = settle(rested(), after(10))

    assert settle(stamina, after(5)) == stamina


@pytest.mark.parametrize(
    ("step", "looks"),
    [
        ((0, 10, 0), (0, 1, 0)),
        ((-300, 0, 0), (-1, 0, 0)),
        ((10, -10, 0), (0.707, -0.707, 0)),
        ((0, 0, -10), (0, 0, -1)),
        ((0, 0, 0), None),
    ],
)
def test_a_step_sets_where_one_looks(step: tuple[int, int, int], looks: tuple[float, float, float] | None):
    assert facing(*step) == looks


@pytest.mark.parametrize(
    ("bound", "highest"), [(None, 10_000), (100, 1_000), (100_000, 1_000), (54_600_000, 218_400), (250_250, 1_001)]
)
def test_a_ceiling_is_at_least_100_m_or_four_thousandths_of_the_world(bound: int | None, highest: int):
    assert ceiling(bound) == highest


def test_flying_goes_up_in_steps_of_ten_metres_and_down_to_the_ground():
    assert take_off(0, 1_000, may_fly=True) == 100
    assert take_off(300, 1_000, may_fly=True) == 300
    assert change_altitude(100, 100, 1_000) == 200
    assert change_altitude(100, -100, 1_000) == 0
    assert fly_to(1_000, 1_000, may_fly=True) == 1_000
    assert fly_to(0, 1_000, may_fly=True) == 0


def test_flights_that_are_refused():
    with pytest.raises(CannotFly):
        take_off(0, 1_000, may_fly=False)
    with pytest.raises(CannotFly):
        fly_to(10, 1_000, may_fly=False)
    with pytest.raises(FlyingTooHigh, match="higher than 100 m"):
        fly_to(1_001, 1_000, may_fly=True)
    with pytest.raises(FlyingTooHigh):
        change_altitude(950, 100, 1_000)
    with pytest.raises(NotFlying):
        change_altitude(0, 100, 1_000)
