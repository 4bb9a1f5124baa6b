"""What grows where, cell by cell. Without numpy; `vegetation` does all cells at once. Source: worlds 11.3."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, NamedTuple


class Biome(IntEnum):
    """The kinds of land, and the sea. The numbers are stored in tiles."""

    OCEAN = 0
    ALPINE = 1
    TUNDRA = 2
    TAIGA = 3
    GRASSLAND = 4
    DECIDUOUS_FOREST = 5
    RAINFOREST = 6
    DESERT = 7


BiomeName = Literal["ocean", "alpine", "tundra", "taiga", "grassland", "deciduous_forest", "rainforest", "desert"]
"""As content files name them."""


class Zone(NamedTuple):
    """The biomes of a range of temperatures."""

    below: float
    """Degrees Celsius."""
    wetter: tuple[tuple[float, Biome], ...]
    """(moisture above which, biome), the wettest first."""
    driest: Biome


PEAKS: Final = 3000.0
COLD_PEAKS: Final = 1000.0
"""Metres above the sea from which a place below 0 degrees is alpine."""
WETTEST: Final = 2000.0
"""Millimetres of rain that are a moisture of 1."""

ZONES: Final = (
    Zone(-5, ((0.5, Biome.TAIGA),), Biome.TUNDRA),
    Zone(10, ((0.6, Biome.TAIGA), (0.3, Biome.GRASSLAND)), Biome.TUNDRA),
    Zone(20, ((0.6, Biome.DECIDUOUS_FOREST), (0.3, Biome.GRASSLAND)), Biome.DESERT),
    Zone(
        float("inf"),
        ((0.7, Biome.RAINFOREST), (0.4, Biome.DECIDUOUS_FOREST), (0.2, Biome.GRASSLAND)),
        Biome.DESERT,
    ),
)


def biome_of(celsius: float, rain: float, altitude: float) -> Biome:
    """Return the biome of a place.

    Args:
        rain: millimetres a year.
        altitude: metres above the sea; 0 is under water.
    """
    if altitude <= 0:
        return Biome.OCEAN
    if altitude >= PEAKS or (altitude >= COLD_PEAKS and celsius < 0):
        return Biome.ALPINE
    zone = next(zone for zone in ZONES if celsius < zone.below)
    return next((biome for limit, biome in zone.wetter if rain / WETTEST > limit), zone.driest)
