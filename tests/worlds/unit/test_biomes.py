"""Biomes by temperature, rain and height. Source: worlds 11.3; acceptance 11.5."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.generation.biomes import Biome, biome_of
from worlds.generation.parameters import Parameters
from worlds.generation.stages import generate


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


def test_all_cells_at_once_get_what_each_would_get():
    world = generate(Parameters("small", land=0.8), 5)
    altitude = world.waters.heights - world.sea.level

    for cell in range(0, len(altitude), 7):
        expected = biome_of(float(world.climate.celsius[cell]), float(world.climate.rain[cell]), float(altitude[cell]))
        assert world.vegetation.biome[cell] == expected

    assert set(np.unique(world.vegetation.biome)) == set(Biome)
