"""Biomes by temperature, rain and height. Source: worlds 11.3; acceptance 11.5."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from worlds.generation.biomes import Biome, biome_of
from worlds.generation.parameters import Parameters
from worlds.generation.stages import GeneratedWorld, generate
from worlds.generation.vegetation import biomes_of
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.deriving import parameters_of


@pytest.mark.parametrize(
    ("celsius", "rain", "altitude", "biome"),
    [
        (25, 1600, 10, Biome.RAINFOREST),
        (15, 1300, 10, Biome.DECIDUOUS_FOREST),
        (5, 400, 10, Biome.TUNDRA),
        (-10, 1200, 10, Biome.TAIGA),
        (25, 200, 10, Biome.DESERT),
        (12, 900, 3200, Biome.ALPINE),
        (-1, 900, 1000, Biome.ALPINE),
        (0, 900, 1000, Biome.GRASSLAND),
        (25, 900, 0, Biome.OCEAN),
        (20, 1400, 10, Biome.DECIDUOUS_FOREST),
        (19.9, 600, 10, Biome.DESERT),
        (-5, 1300, 10, Biome.TAIGA),
    ],
)
def test_the_first_rule_that_fits_names_the_biome(celsius: float, rain: float, altitude: float, biome: Biome):
    assert biome_of(celsius, rain, altitude) == biome


@pytest.mark.parametrize("climate", ["tropical", "frozen", "desert", "temperate", "hot", "varied"])
def test_the_climate_brings_the_biomes_of_an_interview_nearer(climate: str):
    """Source: worlds 10.4; the weights were stored, and nothing looked at them."""
    wanted = parameters_of(WorldConfiguration(climate_range=climate, planet_size="small"))
    usual = generate(replace(wanted, biomes=()), 1)
    suited = generate(wanted, 1)
    land = usual.waters.heights > usual.sea.level

    def missed(world: GeneratedWorld) -> float:
        shares = np.bincount(world.vegetation.biome[land], minlength=len(Biome)) / land.sum()
        return float(np.abs(shares - wanted.biomes).sum())

    assert sum(wanted.biomes) == pytest.approx(1)
    assert missed(suited) < missed(usual)
    assert np.array_equal(suited.climate.celsius[~land], usual.climate.celsius[~land])
    assert suited.climate.rain[land].min() >= wanted.rain.low
    low = land & (suited.waters.heights < suited.sea.level + 1)
    assert suited.climate.celsius[low].max() <= wanted.temperature.high
    altitude = suited.waters.heights - suited.sea.level
    celsius, rain = suited.climate.celsius, suited.climate.rain
    assert np.array_equal(suited.vegetation.biome, biomes_of(celsius, rain, altitude))


def test_all_cells_at_once_get_what_each_would_get():
    world = generate(Parameters("small", land=0.8), 5)
    altitude = world.waters.heights - world.sea.level

    for cell in range(0, len(altitude), 7):
        expected = biome_of(float(world.climate.celsius[cell]), float(world.climate.rain[cell]), float(altitude[cell]))
        assert world.vegetation.biome[cell] == expected

    assert set(np.unique(world.vegetation.biome)) == set(Biome)
