"""The rules of the weather, with their numbers. Source: worlds 12."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from worlds.generation import winds
from worlds.generation.local_climate import UpwindCell, blows_east, closeness, wind
from worlds.time.models import Season
from worlds.weather import rules
from worlds.weather.models import SIGHT, Extreme, ExtremeWeather, Weather, WeatherState

SPRING = Season.SPRING


def land(altitude: float = 0) -> UpwindCell:
    return UpwindCell(is_water=False, altitude=altitude, closeness=0, celsius=15)


SEA = UpwindCell(is_water=True, altitude=0, closeness=1, celsius=15)


def weather(**fields: Any) -> Weather:
    usual: dict[str, Any] = {
        "slot": 0,
        "state": WeatherState.CLEAR,
        "celsius": 15.0,
        "rain": 0.0,
        "wind": 5.0,
        "wind_from": "west",
        "humidity": 20,
        "pressure": 1013.2,
        "sight": 50_000,
        "extreme": None,
    }
    return Weather(**{**usual, **fields})


@pytest.mark.parametrize(("latitude", "speed"), [(15, 7.5), (45, 10.5), (75, 4.5), (-45, 10.5)])
def test_wind_by_latitude(latitude: float, speed: float):
    """Acceptance 12.1."""
    assert rules.wind_speed(latitude) == speed


def test_winds_are_those_of_the_generator():
    latitudes = [*range(90)]

    assert [rules.wind_speed(each) for each in latitudes] == list(winds.wind_speeds(np.array(latitudes, float)))


@pytest.mark.parametrize(
    ("latitude", "eastwards", "northwards"), [(15, -1, 1), (-15, -1, -1), (45, 1, -1), (-45, 1, 1), (75, -1, 1)]
)
def test_winds_turn_to_the_right_in_the_north_and_to_the_left_in_the_south(
    latitude: float, eastwards: int, northwards: int
):
    radians = np.radians(latitude)
    here = (float(np.cos(radians)), 0.0, float(np.sin(radians)))

    x, y, z = wind(here, 1.0 if blows_east(latitude) else -1.0, is_north=latitude >= 0)

    assert y == pytest.approx(eastwards * np.cos(np.radians(15)))
    north = -np.sin(radians) * x + np.cos(radians) * z
    assert north == pytest.approx(northwards * np.sin(np.radians(15)))


@pytest.mark.parametrize(("celsius", "given"), [(20, 2.5), (35, 5), (45, 5), (5, 0), (-20, 0)])
def test_evaporation_of_the_ocean_at_the_equator_in_spring(celsius: float, given: float):
    """Acceptance 12.2."""
    assert rules.evaporation(celsius, 1, 0, SPRING) == pytest.approx(given, abs=1e-6)


def test_evaporation_by_latitude_and_season():
    assert rules.evaporation(35, 1, 60, SPRING) == pytest.approx(2.5, abs=1e-6)
    assert rules.evaporation(35, 1, 0, Season.SUMMER) == pytest.approx(6.5, abs=1e-6)
    assert rules.evaporation(35, 1, 0, Season.WINTER) == pytest.approx(3.5, abs=1e-6)
    assert rules.season_at(Season.SUMMER, -10) == Season.WINTER
    assert [rules.season_at(each, -1) for each in Season] == [
        Season.AUTUMN,
        Season.WINTER,
        Season.SPRING,
        Season.SUMMER,
    ]
    assert [rules.season_at(each, 1) for each in Season] == [*Season]


def test_closeness_of_water():
    assert closeness(is_water=True) == 1
    assert closeness(is_water=False, river_width=40) == 0.4
    assert closeness(is_water=False, metres_to_water=999) == 0.1
    assert closeness(is_water=False, metres_to_water=10_000) == pytest.approx(0.01)
    assert closeness(is_water=False, metres_to_water=10_001) == closeness(is_water=False) == 0


def test_moist_air():
    assert rules.crossed(SEA, 0, 10, 8) == (0, 10.4)
    assert rules.crossed(land(100), 0, 60, 8) == (6, 30)
    assert rules.crossed(land(), 0, 60, 8) == (5, 50)
    assert rules.crossed(land(), 0, 50, 8) == (0, 50)
    assert rules.crossed(land(), 300, 40, 8) == (0, 40)  # downhill
    assert rules.crossed(land(60_000), 0, 10, 8).rain == 100  # ten times the moisture at most
    assert rules.crossed(land(1), 0, 60, 8) == (5, 50)  # a gentle slope keeps no rain away


def test_a_range_of_2000_m_has_a_wet_and_a_dry_side():
    """Acceptance 12.3; in the original, cells upwind made no difference."""
    windward = [SEA] * 10 + [land(height) for height in range(0, 2001, 250)]
    leeward = [land(height) for height in range(1750, -1, -250)]

    falls = [fall.rain for fall in rules.carried([*windward, *leeward], 40, 8)]

    assert sum(falls[: len(windward)]) > 3 * sum(falls[len(windward) :])
    assert sum(falls[: len(windward)]) > 5


@pytest.mark.parametrize(
    ("rain", "wind", "celsius", "humidity", "state"),
    [
        (21, 0, -10, 90, "storm"),
        (0, 15.1, 20, 0, "storm"),
        (20, 15, 20, 90, "rain"),
        (3, 0, -1, 90, "snow"),
        (3, 0, 0, 90, "snow"),
        (3, 0, 1, 90, "rain"),
        (2, 0, 10, 30, "cloudy"),
        (0, 0, 10, 60, "cloudy"),
        (0, 0, 10, 95, "cloudy"),
        (2, 15, 10, 29, "clear"),
    ],
)
def test_states_first_match(rain: float, wind: float, celsius: float, humidity: float, state: str):
    """Acceptance 12.4."""
    assert rules.state_of(rain, wind, celsius, humidity) == state


def test_sight():
    assert {state.value: metres for state, metres in SIGHT.items()} == {
        "clear": 50_000,
        "cloudy": 30_000,
        "rain": 10_000,
        "snow": 5_000,
        "storm": 2_000,
    }


def test_it_is_warmest_at_two_in_the_afternoon():
    """Acceptance 12.5; in the original it was at ten in the morning."""
    hours = [rules.daily_swing(hour / 24) for hour in range(24)]

    assert max(range(24), key=hours.__getitem__) == 14
    assert max(hours) == pytest.approx(7.5, abs=1e-6)
    assert min(hours) == pytest.approx(-7.5, abs=1e-6)


@pytest.mark.parametrize(("latitude", "swing"), [(10, 2.5), (45, 15), (80, 10)])
def test_years_swing_against_each_other_in_the_hemispheres(latitude: float, swing: float):
    north = [rules.yearly_swing(latitude, day) for day in range(360)]
    south = [rules.yearly_swing(-latitude, day) for day in range(360)]

    assert max(north) == pytest.approx(swing, abs=1e-6)
    assert [-each for each in north] == south
    assert 90 < max(range(360), key=north.__getitem__) < 180  # in summer, after its solstice


def test_january_is_warmer_at_40_degrees_south_than_at_40_degrees_north():
    """Acceptance 12.6. January is days 281 to 310: the year begins on 21 March."""
    assert all(rules.yearly_swing(-40, day - 1) > 0 > rules.yearly_swing(40, day - 1) for day in range(281, 311))


def test_the_sun_stands_highest_over_the_tropic_when_summer_begins():
    assert rules.declination(0) == pytest.approx(0, abs=1e-6)
    assert rules.declination(90) == pytest.approx(23.5)
    assert rules.declination(270) == pytest.approx(-23.5)


def test_the_rain_belt_follows_the_sun():
    assert rules.belt_rain(0, 0) == pytest.approx(50)
    assert rules.belt_rain(5, 0) == pytest.approx(25)
    assert rules.belt_rain(10, 0) == 0
    assert rules.belt_rain(20, 90) > 0 == rules.belt_rain(-20, 90)


def test_pressure():
    assert rules.pressure(15, is_water=False) == rules.pressure(15, is_water=True) == 1013.25
    assert rules.pressure(25, is_water=False) == 1008.25
    assert rules.pressure(25, is_water=True) == 1011.25


def test_what_is_noticed():
    assert not rules.is_noticed(weather(), weather(wind=15.0, celsius=30.0, humidity=29))
    assert rules.is_noticed(weather(), weather(wind=15.1))
    assert rules.is_noticed(weather(), weather(state=WeatherState.CLOUDY))
    assert rules.is_noticed(weather(), weather(extreme=Extreme(ExtremeWeather.DROUGHT, 0, 99)))
