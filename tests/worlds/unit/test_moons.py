"""Moons, tides, the axis, the orbit and the star. Source: worlds 11.1, 11.4."""

from __future__ import annotations

from collections import Counter
from math import pi, sin

import pytest

from worlds.generation import sky
from worlds.generation.parameters import Parameters, as_json
from worlds.generation.sky import LUNAR_DISTANCE, Moon, axis_stability, draw_moons, impact_shield, orbit, tide
from worlds.time.rules import HOUR
from worlds.weather.moons import number_up

OURS = Moon(1, LUNAR_DISTANCE)
"""The Moon of the Earth."""


@pytest.mark.parametrize("first", [0, 10_000, 20_000])
def test_chance_gives_no_moon_one_two_or_three_to_five(first: int):
    counted = Counter(len(draw_moons(seed, None)) for seed in range(first, first + 10_000))

    assert counted[0] / 10_000 == pytest.approx(0.1, abs=0.015)
    assert counted[1] / 10_000 == pytest.approx(0.6, abs=0.02)
    assert counted[2] / 10_000 == pytest.approx(0.2, abs=0.02)
    for many in (3, 4, 5):
        assert counted[many] / 10_000 == pytest.approx(0.1 / 3, abs=0.01)


@pytest.mark.parametrize("wanted", range(6))
def test_moons_are_as_many_as_wanted_in_layers_of_their_own(wanted: int):
    for seed in range(50):
        moons = draw_moons(seed, wanted)
        assert len(moons) == wanted
        assert all(0.1 <= moon.mass <= 2 for moon in moons)
        distances = [moon.distance for moon in moons]
        assert distances == sorted(set(distances))
        assert all(2.5 * 6.371e6 <= each <= 1.5e9 for each in distances)


def test_a_moon_is_up_for_half_of_the_time_and_goes_around_a_little_later_each_day():
    generation = {"digest": "d", "seed": 7, "parameters": as_json(Parameters(moons=3))}
    hours = range(0, 24 * 400)

    up = [number_up(generation, hour * HOUR, 24) for hour in hours]

    assert sum(up) / len(up) == pytest.approx(1.5, abs=0.05)
    assert {0, 1, 2, 3} == set(up)
    midnights = up[::24]
    assert len(set(midnights)) > 1
    assert number_up({}, 0, 24) == 0


def test_a_period_is_that_of_kepler():
    assert OURS.period / 86_400 == pytest.approx(27.3, abs=0.2)
    assert Moon(1, 4 * LUNAR_DISTANCE).period == pytest.approx(8 * OURS.period)


@pytest.mark.parametrize(
    ("strength", "name", "spring_to_neap"),
    [(0.49, "micro", 1), (0.5, "normal", 1.5), (1.99, "normal", 1.5), (2, "strong", 1.8), (5, "extreme", 2)],
)
def test_tides_have_four_classes(strength: float, name: str, spring_to_neap: float):
    assert sky.tide_class(strength) == (name, spring_to_neap)


def test_a_tide_is_mass_by_the_cube_of_the_distance():
    assert tide((OURS,)) == 1
    assert tide((OURS, Moon(2, LUNAR_DISTANCE / 2))) == pytest.approx(1 + 16)
    assert tide(()) == 0


def test_heavy_moons_keep_the_axis_and_each_moon_catches_a_twentieth_of_what_falls():
    assert [axis_stability((OURS,) * number) for number in (0, 1, 2)] == [0.1, 1, 1]
    assert axis_stability((Moon(0.8, LUNAR_DISTANCE),)) == 0.1  # less than a hundredth of the planet
    assert [impact_shield((OURS,) * number) for number in (0, 1, 4, 5)] == pytest.approx([0, 0.05, 0.2, 0.2])


@pytest.mark.parametrize(("stability", "tilts"), [(1, 1.2), (0.1, 12)])
def test_the_orbit_swings_as_the_rule_says(stability: float, tilts: float):
    years = [orbit(year, stability) for year in range(0, 1_000_000, 250)]

    for values, middle, swing in (
        ([each.eccentricity for each in years], 0.017, 0.01),
        ([each.tilt for each in years], 23.44, tilts),
    ):
        assert max(values) == pytest.approx(middle + swing, rel=1e-3)
        assert min(values) == pytest.approx(middle - swing, rel=1e-3)
    assert orbit(0, stability).eccentricity == pytest.approx(orbit(100_000, stability).eccentricity)
    assert orbit(7_000, stability).tilt == pytest.approx(orbit(48_000, stability).tilt)


def test_sunlight_follows_tilt_eccentricity_and_precession():
    at = orbit(10_250, 1)  # a quarter of the way of the axis: it leans most

    eccentricity = 0.017 + 0.01 * _sine(10_250 / 100_000)
    assert at.insolation == pytest.approx(1 + 0.5 * 0.06 + eccentricity * _sine(10_250 / 26_000) * 0.5, abs=1e-9)
    assert orbit(0, 1).insolation == 1


def test_the_star_brightens():
    assert sky.luminosity(4.5e9) == 1
    assert sky.luminosity(0) == pytest.approx(1 / 1.4)
    assert sky.luminosity(9e9) == pytest.approx(1 / 0.6)


def _sine(turns: float) -> float:
    return sin(2 * pi * turns)
