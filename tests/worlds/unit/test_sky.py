"""Moons, tides, orbit and star. Source: worlds 11.4."""

from __future__ import annotations

from itertools import pairwise

import pytest

from worlds.generation import sky
from worlds.generation.sky import FARTHEST, NEAREST, Moon

OURS = Moon(1, sky.LUNAR_DISTANCE)


def test_our_moon_takes_27_days_and_makes_a_normal_tide():
    assert OURS.period / 86_400 == pytest.approx(27.3, abs=0.2)
    assert sky.tide((OURS,)) == 1
    assert sky.tide_class(1) == ("normal", 1.5)


@pytest.mark.parametrize(
    ("strength", "name", "ratio"),
    [(0, "micro", 1), (0.5, "normal", 1.5), (2, "strong", 1.8), (5, "extreme", 2), (80, "extreme", 2)],
)
def test_tides_have_four_classes(strength: float, name: str, ratio: float):
    assert sky.tide_class(strength) == (name, ratio)


def test_moons_keep_the_axis_steady_if_they_weigh_enough():
    assert sky.axis_stability((OURS,)) == 1
    assert sky.axis_stability((Moon(0.5, 1e8),)) == 0.1
    assert sky.axis_stability((Moon(0.5, 1e8), Moon(0.5, 2e8))) == 1


def test_four_moons_catch_as_much_as_more_of_them():
    assert [sky.impact_shield((OURS,) * number) for number in (0, 1, 4, 5)] == [0, 0.05, 0.2, 0.2]


def test_moons_have_layers_of_their_own():
    for seed in range(200):
        moons = sky.draw_moons(seed, 5)
        assert all(0.1 <= moon.mass <= 2 and NEAREST <= moon.distance <= FARTHEST for moon in moons)
        assert all(near.distance < far.distance for near, far in pairwise(moons))


def test_chance_gives_one_moon_most_often():
    numbers = [len(sky.draw_moons(seed, None)) for seed in range(10_000)]
    shares = [numbers.count(number) / len(numbers) for number in range(6)]

    assert shares[:3] == pytest.approx([0.1, 0.6, 0.2], abs=0.02)
    assert shares[3:] == pytest.approx([0.1 / 3] * 3, abs=0.01)
    assert len(sky.draw_moons(1, 2)) == 2


def test_an_unsteady_axis_swings_ten_times_as_far():
    steady = [sky.orbit(year, 1).tilt for year in range(0, 41_000, 50)]
    unsteady = [sky.orbit(year, 0.1).tilt for year in range(0, 41_000, 50)]

    assert (min(steady), max(steady)) == pytest.approx((22.24, 24.64), abs=1e-4)
    assert max(unsteady) - 23.44 == pytest.approx(12, abs=1e-3)


def test_sunlight_and_the_star_change_slowly():
    light = [sky.orbit(year, 1).insolation for year in range(0, 200_000, 100)]

    assert 0.95 < min(light) < 0.98 < 1.02 < max(light) < 1.05
    assert sky.luminosity(0) == pytest.approx(1 / 1.4)
    assert sky.luminosity(4.5e9) == 1
