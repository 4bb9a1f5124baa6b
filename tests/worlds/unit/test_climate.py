"""Temperatures, winds, currents, rain and coasts. Source: worlds 11.3; acceptance 11.6."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from worlds.generation.climate import lapse, sea_level_celsius
from worlds.generation.currents import rescaled
from worlds.generation.grid import grid_of
from worlds.generation.parameters import RAINS, TEMPERATURES, Parameters
from worlds.generation.stages import GeneratedWorld, generate
from worlds.generation.winds import DEFLECTION, flow, latitudes, wind_speeds

GRID = grid_of(100)
LATITUDE = latitudes(GRID)


@pytest.fixture(scope="module")
def world() -> GeneratedWorld:
    return generate(Parameters("small"), 42)


def test_it_is_colder_towards_the_poles_and_higher_up():
    celsius = sea_level_celsius(np.array([0.0, 45.0, 90.0]))

    assert list(celsius) == [30, 5, -20]
    assert sea_level_celsius(np.zeros(1)) - lapse(np.array([2000.0])) == 17
    assert list(lapse(np.array([-500.0, 20_000.0]))) == [0, 97.5]


def test_latitudes_go_from_the_equator_to_the_poles():
    expected = np.degrees(np.arcsin(np.abs(GRID.z)))

    assert np.allclose(LATITUDE, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("climate", TEMPERATURES)
def test_the_range_of_the_maker_holds_at_the_level_of_the_sea(climate: str):
    wanted = Parameters(temperature=TEMPERATURES[climate])

    assert list(rescaled(np.array([-20.0, 30.0]), wanted)) == list(wanted.temperature)


def test_winds_are_as_strong_as_the_rule_says():
    assert list(wind_speeds(np.array([15.0, 45.0, 75.0]))) == [7.5, 10.5, 4.5]


@pytest.mark.parametrize(("latitude", "comes_from"), [(15, 1), (45, -1), (75, 1)])
def test_winds_come_from_the_east_in_the_tropics_and_near_the_poles(latitude: float, comes_from: int):
    wind = flow(GRID, LATITUDE, DEFLECTION)
    band = np.abs(LATITUDE - latitude) < 5
    upwind = np.where(wind.share_of_first > wind.share_of_second, wind.first, wind.second)
    east = (GRID.x * GRID.y[upwind] - GRID.y * GRID.x[upwind])[band]

    assert np.mean(np.sign(east) == comes_from) > 0.95


def test_currents_warm_no_sea_beyond_its_bounds(world: GeneratedWorld):
    sea = world.waters.heights <= world.sea.level

    assert world.sea_temperatures.celsius[sea].min() >= -2
    assert world.sea_temperatures.celsius[sea].max() <= 30
    assert np.all(world.sea_temperatures.celsius[~sea] == 0)


def test_seasons_and_drainage_follow_latitude_height_and_coast(world: GeneratedWorld):
    sea = world.waters.heights <= world.sea.level
    coast = np.any([sea[side] for side in GRID.neighbours], axis=0) & ~sea
    altitude = world.waters.heights - world.sea.level

    assert np.allclose(world.climate.seasonality, np.where(coast, 0.56, 0.8) * LATITUDE / 90)
    assert np.allclose(world.climate.drainage, np.where(sea, 0, np.minimum(1, 0.3 + altitude / 5000)))


def test_a_coast_is_as_warm_as_seven_parts_of_land_and_three_of_sea(world: GeneratedWorld):
    sea = world.waters.heights <= world.sea.level
    beside = np.array([sea[side] for side in GRID.neighbours])
    cell = int(np.flatnonzero(~sea & (beside.sum(axis=0) == 1))[0])
    [neighbour] = [int(side[cell]) for side in GRID.neighbours if sea[side[cell]]]
    inland = sea_level_celsius(LATITUDE)[cell] - lapse(world.waters.heights - world.sea.level)[cell]

    expected = 0.7 * inland + 0.3 * world.sea_temperatures.celsius[neighbour]

    assert world.climate.celsius[cell] == pytest.approx(expected)


def test_rain_stays_between_nothing_and_what_the_factor_allows(world: GeneratedWorld):
    assert world.climate.rain.min() >= 0
    assert world.climate.rain.max() <= 3000
    assert world.climate.rain[world.waters.heights > world.sea.level].min() >= 400


def test_deserts_lie_where_air_sinks_and_rainforests_where_it_rises():
    parameters = Parameters("small", land=0.9)
    rain = np.zeros(GRID.cells)
    for seed in range(4):
        rain += generate(parameters, seed).climate.rain

    assert rain[LATITUDE < 8].mean() > 1.5 * rain[(LATITUDE > 20) & (LATITUDE < 32)].mean()


def test_a_dry_world_gets_less_rain():
    few = generate(replace(Parameters("small"), rain=RAINS["arid"]), 3)

    assert few.climate.rain.max() <= 500
