"""Temperature, rain and seasons of each cell. Source: worlds 11.3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from worlds.generation.arrays import Cells, Flags, Floats, Places
from worlds.generation.currents import SeaTemperatures, rescaled
from worlds.generation.grid import Grid, grid_of
from worlds.generation.noise import noise
from worlds.generation.parameters import Parameters
from worlds.generation.rivers import Waters
from worlds.generation.sea import Sea
from worlds.generation.winds import DEFLECTION, flow, latitudes

LAPSE: Final = 6.5
"""Degrees per 1,000 m."""
HIGHEST_COUNTED: Final = 15_000.0
MOST_RAIN: Final = 2_000.0

BELTS: Final = (
    0.55,
    0.5,
    0.25,
    -0.15,
    -0.45,
    -0.55,
    -0.45,
    -0.2,
    0.05,
    0.25,
    0.3,
    0.3,
    0.25,
    0.1,
    -0.1,
    -0.2,
    -0.3,
    -0.35,
    -0.4,
)
"""How wet the circulation of the air makes a latitude, every 5 degrees: wet where air rises, dry where it sinks."""
FRESH: Final = 0.985
"""Moisture that air over land keeps on each hundredth of a face's edge."""
RAINED_OUT: Final = 1_500.0
"""Metres uphill in which air loses nearly half of its moisture."""
REFILL: Final = 0.3
"""Moisture that plants and lakes keep in the air far inland."""

COAST_OF_LAND: Final = 0.7
COAST_OF_SEA: Final = 0.3


@dataclass(frozen=True, slots=True)
class Climate:
    """The climate of each cell."""

    celsius: Floats
    """On average over the year; of the sea, at its surface."""
    rain: Floats
    """Millimetres a year."""
    seasonality: Floats
    """0 where all seasons are alike, up to .8."""
    drainage: Floats
    """0 under water, up to 1."""


def sea_level_celsius(latitude: Floats) -> Floats:
    """Return the temperature at the level of the sea before it is scaled, by degrees from the equator."""
    return 30 - 50 * latitude / 90


def lapse(altitude: Floats) -> Floats:
    """Return how much colder it is at a height in metres above the sea."""
    return LAPSE * np.clip(altitude, 0, HIGHEST_COUNTED) / 1000


def make_climate(parameters: Parameters, seed: int, sea: Sea, waters: Waters, temperatures: SeaTemperatures) -> Climate:
    """Return the climate without what the sea does to its coasts.

    The maker's range holds at the level of the sea: a mountain is as much colder on every world.
    """
    grid = grid_of(parameters.edge)
    latitude = latitudes(grid)
    wet = waters.heights <= sea.level
    altitude = waters.heights - sea.level
    celsius = rescaled(sea_level_celsius(latitude), parameters) - lapse(altitude)
    return Climate(
        celsius=np.where(wet, temperatures.celsius, celsius),
        rain=_rain(parameters, seed, grid, latitude, altitude, wet),
        seasonality=0.8 * latitude / 90,
        drainage=np.where(wet, 0, np.minimum(1, 0.3 + altitude / 5000)),
    )


def moderate_coasts(
    parameters: Parameters, sea: Sea, waters: Waters, temperatures: SeaTemperatures, climate: Climate
) -> Climate:
    """Return the climate with milder coasts: cells of the land beside the sea."""
    grid = grid_of(parameters.edge)
    wet = waters.heights <= sea.level
    count = np.zeros(grid.cells)
    warmth = np.zeros(grid.cells)
    for side in grid.neighbours:
        count += wet[side]
        warmth += np.where(wet[side], temperatures.celsius[side], 0)
    coast = ~wet & (count > 0)
    beside = warmth / np.maximum(count, 1)
    celsius = np.where(coast, COAST_OF_LAND * climate.celsius + COAST_OF_SEA * beside, climate.celsius)
    seasonality = np.where(coast, climate.seasonality * COAST_OF_LAND, climate.seasonality)
    return Climate(celsius, climate.rain, seasonality, climate.drainage)


def _rain(parameters: Parameters, seed: int, grid: Grid, latitude: Floats, altitude: Floats, wet: Flags) -> Floats:
    """Return the rule's (noise + 1) / 2 of 2,000 mm, where the noise knows of latitudes, winds, mountains and the sea.

    No land gets less than the maker's lowest value.
    """
    place = latitude / 5
    belt = np.minimum(place.astype(np.int64), len(BELTS) - 2)
    belts = np.array(BELTS)
    usual = belts[belt] + (belts[belt + 1] - belts[belt]) * (place - belt)
    chance = 0.9 * noise(grid, seed, "rain", 3) + 0.45 * noise(grid, seed, "rain", 8)
    chance += 0.25 * noise(grid, seed, "rain", 24)
    moisture, lifted = _moisture(grid, latitude, np.maximum(altitude, 0), wet)
    wetness = 0.8 * usual + chance + moisture - 0.65 + lifted
    rain = (np.clip(wetness, -1, 1) + 1) / 2 * MOST_RAIN * parameters.rain_factor
    return np.where(wet, rain, np.maximum(rain, parameters.rain.low))


def _moisture(grid: Grid, latitude: Floats, altitude: Floats, wet: Flags) -> tuple[Floats, Floats]:
    """Return how moist the air over each cell is, 1 over the sea, and how much more rain a windward slope gets."""
    land = np.flatnonzero(~wet)
    wind = flow(grid, latitude, DEFLECTION)
    first, second = wind.first[land], wind.second[land]
    share = wind.share_of_first[land] / (wind.share_of_first[land] + wind.share_of_second[land])
    upwind = altitude[first] * share + altitude[second] * (1 - share)
    uphill = np.maximum(altitude[land] - upwind, 0)
    kept = (1 - (1 - FRESH) * 100 / grid.edge) / (1 + uphill / RAINED_OUT)
    refill = (1 - FRESH) * 100 / grid.edge * REFILL
    moist = _carried(_numbered(land, first, grid), _numbered(land, second, grid), share, kept, refill, grid.edge)
    moisture = np.ones(grid.cells)
    moisture[land] = moist
    lifted = np.zeros(grid.cells)
    lifted[land] = np.minimum(uphill * moist / 2_000, 0.4)
    return moisture, lifted


def _numbered(land: Places, cells: Cells, grid: Grid) -> Places:
    """Return the places of cells in a list of the land, behind which all of the sea has one place."""
    place = np.full(grid.cells, len(land), np.intp)
    place[land] = np.arange(len(land))
    return place[cells]


def _carried(first: Places, second: Places, share: Floats, kept: Floats, refill: float, steps: int) -> Floats:
    """Return how moist the air over the land is when the wind has carried it for some steps; in place, for speed."""
    moist = np.full(len(share) + 1, REFILL)
    moist[-1] = 1
    other = 1 - share
    ours, theirs = np.empty_like(share), np.empty_like(share)
    for _ in range(steps):
        np.take(moist, first, out=ours, mode="clip")
        np.take(moist, second, out=theirs, mode="clip")
        ours *= share
        theirs *= other
        ours += theirs
        ours *= kept
        np.add(ours, refill, out=moist[:-1])
    return moist[:-1]
