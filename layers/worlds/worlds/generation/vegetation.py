"""The biome of each cell. Source: worlds 11.3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worlds.generation.arrays import Codes
from worlds.generation.biomes import COLD_PEAKS, PEAKS, WETTEST, ZONES, Biome
from worlds.generation.climate import Climate
from worlds.generation.parameters import Parameters
from worlds.generation.rivers import Waters
from worlds.generation.sea import Sea


@dataclass(frozen=True, slots=True)
class Vegetation:
    """The biome of each cell, a number of `Biome`."""

    biome: Codes


def grow_biomes(_parameters: Parameters, sea: Sea, waters: Waters, climate: Climate) -> Vegetation:
    """Return for each cell what `biomes.biome_of` says about it."""
    biome = np.empty(len(waters.heights), np.uint8)
    moisture = climate.rain / WETTEST
    # From the last rule to the first: the first that fits is what counts.
    for zone in reversed(ZONES):
        here = np.full(len(biome), zone.driest, np.uint8)
        for limit, wetter in reversed(zone.wetter):
            here[moisture > limit] = wetter
        np.copyto(biome, here, where=climate.celsius < zone.below)
    altitude = waters.heights - sea.level
    biome[(altitude >= PEAKS) | ((altitude >= COLD_PEAKS) & (climate.celsius < 0))] = Biome.ALPINE
    biome[altitude <= 0] = Biome.OCEAN
    return Vegetation(biome)
