"""Geology, air and sea through deep time. Source: worlds 15.1; each fault of the original that 15 names has a test."""

from __future__ import annotations

import os
import subprocess
import sys
from time import process_time

import numpy as np
import pytest

from tests.support.code import ROOT
from worlds.deep_time import chances, crust, planet
from worlds.deep_time.planet import Planet
from worlds.deep_time.simulation import DeepTime, advance, begin, digest, land_share, pack, strike, unpack
from worlds.generation.arrays import units
from worlds.generation.biomes import Biome
from worlds.generation.grid import cells_of, grid_of
from worlds.generation.parameters import Parameters
from worlds.generation.portable import exp2, log2

SMALL = Parameters("small")
MILLION = 1_000_000
DIGEST = "e2c1796e16f7e608"
"""Of the small world of seed 7 after 200,000 years."""


@pytest.fixture(scope="module")
def grown() -> tuple[float, DeepTime]:
    """Return the share of land of a world without life after 10 million years, and the world after 20 million."""
    world = begin(SMALL, 7, life=False)
    deluges = [each for each in advance(world, 10 * MILLION) if each.kind == planet.GREAT_DELUGE]
    assert deluges == []
    share = land_share(world)
    advance(world, 20 * MILLION)
    return share, world


@pytest.fixture
def old(grown: tuple[float, DeepTime]) -> DeepTime:
    """Return a world without life after 20 million years."""
    return grown[1]


def after(years: int, *, seed: int = 7, life: bool = True) -> DeepTime:
    world = begin(SMALL, seed, life=life)
    advance(world, years)
    return world


def test_half_a_million_years_twice_are_a_million_however_it_is_cut():
    whole, cut = after(MILLION), after(500_000)
    cut = unpack(SMALL, 7, pack(cut))
    advance(cut, MILLION)
    again = after(MILLION)

    assert digest(whole) == digest(cut) == digest(again)
    assert digest(whole) != digest(after(100_000, seed=8))


def test_a_restored_world_goes_on_for_a_thousand_years_as_if_it_had_never_stopped():
    """The original's had no source of random numbers any more."""
    world = after(123_000)
    restored = unpack(SMALL, 7, pack(world))

    advance(world, 124_000)
    advance(restored, 124_000)

    assert digest(restored) == digest(world)


def test_a_checkpoint_of_before_there_was_symbiosis_can_be_gone_on_from():
    world = after(10_000)
    assert world.life is not None
    world.life.partner = np.zeros(0, np.int64)
    restored = unpack(SMALL, 7, pack(world))

    advance(restored, 20_000)

    assert restored.life is not None
    assert len(restored.life.partner) == len(restored.life.number)


def test_a_seed_has_one_history_on_every_machine():
    assert digest(after(200_000))[:16] == DIGEST


def test_another_processor_sees_the_same_history():
    from numpy._core._multiarray_umath import __cpu_dispatch__ as faster

    code = "from tests.worlds.unit import test_deep_time as t; t.test_a_seed_has_one_history_on_every_machine()"
    changed = {"NPY_DISABLE_CPU_FEATURES": " ".join(faster), "PYTHONPATH": os.pathsep.join(sys.path)}

    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | changed, check=True)


def test_years_are_rounded_up_to_whole_thousands():
    assert after(1, life=False).planet.year == 1_000


def test_erosion_and_rivers_run(old: DeepTime):
    """The original's waited for a sum that never came."""
    assert old.planet.erosion_passes == 20
    assert old.planet.river_passes == 2
    assert old.planet.rivers > 0


def test_land_keeps_its_share(grown: tuple[float, DeepTime]):
    """Acceptance 15.3; the original pulled the sea to zero."""
    after_ten, old = grown
    assert old.planet.sea_offset == 0
    assert 0.25 <= after_ten <= 0.35
    assert 0.25 <= land_share(old) <= 0.35


def test_plates_move_and_mountains_rise(old: DeepTime):
    first = crust.first_crust(SMALL, 7)

    assert old.planet.tectonic_passes >= 15
    assert np.mean(first.plate != old.crust.plate) > 0.05
    assert old.crust.heights.max() > first.heights.max() + 1_000
    assert old.crust.continental.sum() == first.continental.sum()
    assert not (old.crust.plate == 255).any()


def test_biomes_follow_the_climate(old: DeepTime):
    """The original threw them away."""
    climates = crust.Climates(SMALL, 7)
    cold, warm = (climates.surface(old.crust.heights, old.planet.sea_level, warmer) for warmer in (-15, 15))

    assert cold.area[Biome.TUNDRA] > warm.area[Biome.TUNDRA]
    assert warm.area[Biome.RAINFOREST] > cold.area[Biome.RAINFOREST]
    assert np.array_equal(old.surface.biome != Biome.OCEAN, old.crust.heights > old.planet.sea_level)


@pytest.mark.parametrize(
    ("year", "hot"), [(0, 10), (250_000_000, 7), (500_000_000, 4), (4_500_000_000, 1.03)], ids=lambda each: f"{each}"
)
def test_a_planet_cools(year: int, hot: float):
    assert planet.heat(year) == pytest.approx(hot, abs=0.001)


def test_the_hotter_a_planet_the_rarer_its_tectonic_passes():
    assert [planet.tectonic_interval(hot) for hot in (1.0, 1.6, 4.1)] == [100_000, 2_000_000, 10_000_000]


def test_without_geology_the_ground_stays_as_it_was_and_the_climate_does_not():
    """Source: worlds 10.3, simulateGeology."""
    still = Parameters("small", geology=False)
    world = begin(still, 7)
    first = crust.first_crust(still, 7)
    events = {each.kind for each in advance(world, 2 * MILLION)} | {each.kind for each in strike(world)}
    restored = unpack(still, 7, pack(world))

    assert np.array_equal(world.crust.heights, first.heights)
    assert np.array_equal(world.crust.plate, first.plate)
    assert (world.planet.tectonic_passes, world.planet.erosion_passes, world.planet.river_passes) == (0, 0, 0)
    assert (world.planet.unmoved, world.planet.tectonics) == (0, 0)
    assert not events & chances.OF_THE_GROUND
    assert {planet.ICE_AGE, chances.ASTEROID} <= events
    assert world.planet.ice_ages > 20
    assert world.surface.warmer != begin(still, 7).surface.warmer
    assert digest(restored) == digest(world)
    assert chances.chances(10, 0.2, geology=False).keys() == {chances.ASTEROID, chances.ANOXIA}


def test_a_call_takes_five_tectonic_passes_at_most():
    world = after(99_000, life=False)
    world.planet.tectonics = 9 * planet.tectonic_interval(planet.heat(100_000))

    advance(world, 100_000)

    assert world.planet.tectonic_passes == 5
    assert world.planet.tectonics > 3 * planet.tectonic_interval(planet.heat(100_000))


def test_a_crust_has_six_to_nine_plates_and_two_to_five_hotspots_on_a_map_of_limited_size():
    grid = grid_of(20)
    numbers = {len(np.unique(crust.first_crust(SMALL, seed).plate)) for seed in range(12)}
    spots = {len(crust.hotspots(grid, seed)) for seed in range(50)}

    assert numbers == {6, 7, 8, 9}
    assert spots == {2, 3, 4, 5}
    assert 6 * crust.edge_of(Parameters("huge")) ** 2 <= 512 * 256
    assert crust.YEARS_PER_CELL == 500_000  # 10 km, two centimetres a year


def test_the_orbit_alone_decides_about_ice_ages():
    """The original's star was too dim for anything else until it was 4.33 billion years old."""
    young = Planet(year=1_000_000_000)
    icy = Planet(year=1_000_000_000, ice_since=1_000_000_000 - 20_000)
    recent = Planet(year=1_000_000_000, ice_since=1_000_000_000 - 9_000)

    assert planet.ice_after(young, 0.984) == young.year
    assert planet.ice_after(young, 1.0) == -1
    assert planet.ice_after(icy, 0.99) == icy.ice_since
    assert planet.ice_after(icy, 1.0) == -1
    assert planet.ice_after(recent, 1.0) == recent.ice_since


def test_ice_ages_come_and_go(old: DeepTime):
    assert 400 < old.planet.ice_ages < 500  # with the tilt of the axis


def test_air_settles_where_rock_takes_what_volcanoes_give():
    assert planet.warmth_of_air(0.0006) == pytest.approx(0)
    assert planet.warmth_of_air(0.0012) == pytest.approx(3)
    assert Planet().co2 == 50
    today = planet.settle_air(planet.AIR, 1_000, 1, 0, planet.USUAL_LAND)
    thick = planet.settle_air(planet.FIRST_AIR, 1_000, 1, 0, planet.USUAL_LAND)
    later = planet.FIRST_AIR
    for _ in range(1_000):
        later = planet.settle_air(later, 1_000, 1, 0, planet.USUAL_LAND)

    assert today == pytest.approx(planet.AIR)
    assert planet.AIR < thick < planet.FIRST_AIR
    assert later == pytest.approx(planet.AIR, rel=0.01)


def test_a_step_is_near_to_many_short_ones():
    short = 1.0
    for _ in range(20):
        short = planet.settle_air(short, 50, 1, 0, planet.USUAL_LAND)
    long = planet.settle_air(1.0, 1_000, 1, 0, planet.USUAL_LAND)

    assert long == pytest.approx(short, rel=0.02)


def test_the_sea_boils_away_and_comes_back_as_a_deluge():
    globe = Planet(celsius=112)
    for _ in range(20):
        assert not planet.settle_sea(globe, 1_000)
    dry = globe.sea_level
    globe.celsius = 60
    deluges = [planet.settle_sea(globe, 1_000) for _ in range(3)]

    assert dry == pytest.approx(planet.BOILED_AWAY, rel=0.01)
    assert deluges == [True, False, False]
    assert globe.sea_level == pytest.approx(dry / 1.001**3)


def test_offsets_are_limited_and_fade():
    globe = Planet()
    for _ in range(3):
        planet.add_offset(globe, -30)
    assert globe.offset == -50
    for _ in range(100):
        planet.pass_years(globe, 1, 1, 1)
    assert -2.5 < globe.offset < 0


def test_events_are_as_frequent_as_their_chances():
    odds = chances.chances(10, 0.2)
    assert odds == pytest.approx(
        {
            chances.VOLCANO: 1.5e-7,
            chances.ASTEROID: 4e-8,
            chances.ANOXIA: 5e-8,
            chances.DRIFT: 2e-7,
            chances.BASALT: 2e-8,
        }
    )
    assert chances.chances(0, 0)[chances.VOLCANO] == pytest.approx(1e-8)

    often = dict.fromkeys(odds, 0.0001)
    found = [chances.first_of(3, year, 1_000, often) for year in range(0, 20_000_000, 1_000)]
    years = [each[0] for each in found if each]

    assert len(years) / len(found) == pytest.approx(5 * 0.1, abs=0.02)
    assert 1 <= min(years) < 20
    assert max(years) <= 1_000


def test_a_catastrophe_is_followed_year_by_year():
    world = after(1_000, life=False)
    events = strike(world)
    before = world.crust.heights
    advance(world, 2_000)

    assert [each.kind for each in events] == [chances.ASTEROID]
    assert world.planet.yearly_until == 1_100
    assert -0.01 < world.planet.offset < 0
    assert (before < crust.first_crust(SMALL, 7).heights).any()  # the crater


def test_drift_breaks_large_plates_where_few_are_left():
    few = crust.first_crust(SMALL, 7)
    few = crust.Crust(np.minimum(few.plate, 2), few.continental, few.heights, few.rotation)

    assert len(np.unique(crust.drift(few, 7, 1_000).plate)) == 4


def test_cells_of_many_directions_are_those_of_each():
    grid = grid_of(20)
    cells = np.arange(grid.cells, dtype=np.int32)

    assert np.array_equal(cells_of(grid.points(cells), 20), cells)


def test_powers_and_logarithms():
    for x in units(5, 200).tolist():
        power = 40 * x - 20
        assert exp2(power) == pytest.approx(2**power, rel=1e-14)
        assert log2(exp2(power)) == pytest.approx(power, abs=1e-12)


@pytest.mark.slow
def test_a_million_years_of_a_medium_world_take_less_than_twenty_seconds():
    began = process_time()
    advance(begin(Parameters("medium"), 7), MILLION)

    assert process_time() - began < 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_million_years_keep_to_what_is_possible(seed: int):
    world = begin(Parameters("medium"), seed)
    for million in range(1, 6):
        advance(world, million * MILLION)
        life = world.life
        assert life is not None
        assert 0.25 <= land_share(world) <= 0.35
        assert -20 < world.planet.celsius < 60
        assert 0.15 <= life.oxygen <= 0.35
        assert len(life.number) > 10
        plants, eaters, hunters = (
            life.population[life.kind == kind].sum() / life.population.sum() for kind in range(3)
        )
        assert 0.8 <= plants <= 0.9
        assert 0.08 <= eaters <= 0.15
        assert 0.02 <= hunters <= 0.05
