"""The climate that gives the land the biomes that its maker wants, as far as it can. Source: worlds 10.4."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from worlds.generation.climate import Climate
from worlds.generation.grid import grid_of
from worlds.generation.parameters import Parameters
from worlds.generation.rivers import Waters
from worlds.generation.sea import Sea
from worlds.generation.vegetation import biomes_of
from worlds.generation.winds import latitudes

WETTER: Final = (1.0, 0.85, 1.2, 0.7, 1.4, 0.5, 1.7, 2.0)
"""Times the rain of the rule that it may rain on the land; the first of those that do equally well."""
WARMER: Final = (0.0, -0.2, 0.2, -0.4, 0.4, -0.6, 0.6)
"""A quarter of each is by how much of the whole range of temperatures the middle latitudes may differ."""


def suit_biomes(parameters: Parameters, sea: Sea, waters: Waters, climate: Climate) -> Climate:
    """Return the climate in which the biomes of the land come nearest to the shares that are wanted.

    It rains more or less on all land, and what lies between poles and equator is warmer or colder: their temperatures,
    and the least rain, stay as the maker wants them.
    """
    if not parameters.biomes:
        return climate
    altitude = waters.heights - sea.level
    land = np.flatnonzero(altitude > 0)
    high, usual_rain, usual_celsius = altitude[land], climate.rain[land], climate.celsius[land]
    towards_equator = 1 - latitudes(grid_of(parameters.edge))[land] / 90
    bend = towards_equator * (1 - towards_equator) * (parameters.temperature.high - parameters.temperature.low)
    wanted = [share * len(land) for share in parameters.biomes]
    least = float("inf")
    celsius, rain = climate.celsius.copy(), climate.rain.copy()
    for factor in WETTER:
        wetter = np.maximum(usual_rain * factor, parameters.rain.low)
        for warmth in WARMER:
            warmer = usual_celsius + bend * warmth
            counts = np.bincount(biomes_of(warmer, wetter, high), minlength=len(wanted)).tolist()
            missed = sum(abs(count - share) for count, share in zip(counts, wanted, strict=True))
            if missed < least:
                least, celsius[land], rain[land] = missed, warmer, wetter
    return replace(climate, celsius=celsius, rain=rain)
