"""The biome of each cell. Source: worlds 11.3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from worlds.generation.arrays import Codes, Floats
from worlds.generation.biomes import COLD_PEAKS, PEAKS, WETTEST, ZONES, Biome
from worlds.generation.climate import Climate
from worlds.generation.parameters import Parameters
from worlds.generation.rivers import Waters
from worlds.generation.sea import Sea

_LIMITS: Final = sorted({limit for zone in ZONES for limit, _ in zone.wetter})
_BY_ZONE: Final = np.array(
    [
        next((biome for least, biome in zone.wetter if passed >= 1 + _LIMITS.index(least)), zone.driest)
        for zone in ZONES
        for passed in range(len(_LIMITS) + 1)
    ],
    np.uint8,
)
"""The biome of each zone and number of limits of moisture that are passed."""


@dataclass(frozen=True, slots=True)
class Vegetation:
    """The biome of each cell, a number of `Biome`."""

    biome: Codes


def grow_biomes(_parameters: Parameters, sea: Sea, waters: Waters, climate: Climate) -> Vegetation:
    """Return for each cell what `biomes.biome_of` says about it."""
    return Vegetation(biomes_of(climate.celsius, climate.rain, waters.heights - sea.level))


def biomes_of(celsius: Floats, rain: Floats, altitude: Floats) -> Codes:
    """Return the numbers of the biomes of places; see `biomes.biome_of`."""
    moisture = rain / WETTEST
    zone = np.zeros(len(altitude), np.uint8)
    for each in ZONES[:-1]:
        zone += celsius >= each.below
    wetness = np.zeros(len(altitude), np.uint8)
    for limit in _LIMITS:
        wetness += moisture > limit
    biome = _BY_ZONE[zone * np.uint8(len(_LIMITS) + 1) + wetness]
    biome[(altitude >= PEAKS) | ((altitude >= COLD_PEAKS) & (celsius < 0))] = Biome.ALPINE
    biome[altitude <= 0] = Biome.OCEAN
    return biome
