"""The temperature of the sea, and the currents that carry it. Source: worlds 11.3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from worlds.generation.arrays import Floats
from worlds.generation.grid import grid_of
from worlds.generation.parameters import USUAL_TEMPERATURES, Parameters
from worlds.generation.rivers import Waters
from worlds.generation.sea import Sea
from worlds.generation.winds import OF_CURRENTS, flow, latitudes, wind_speeds

COLDEST: Final = -2.0
WARMEST: Final = 30.0
PASSES: Final = 50
STEP: Final = 0.15
AT_COASTS: Final = 0.1
"""A current is so much slower there."""
USUAL_WIND: Final = 10.0
"""Metres a second; a current of that wind moves a whole step."""


@dataclass(frozen=True, slots=True)
class SeaTemperatures:
    """Degrees Celsius at the surface of each cell of the sea; 0 on land."""

    celsius: Floats


def warm_the_sea(parameters: Parameters, sea: Sea, waters: Waters) -> SeaTemperatures:
    """Return how warm the sea is after currents have carried warmth along."""
    grid = grid_of(parameters.edge)
    latitude = latitudes(grid)
    wet = waters.heights <= sea.level
    cells = np.flatnonzero(wet).astype(np.int32)
    place = np.zeros(grid.cells, np.int32)  # of a cell among those of the sea
    place[cells] = np.arange(len(cells), dtype=np.int32)
    current = flow(grid, latitude, OF_CURRENTS)
    speed = wind_speeds(latitude[cells]) / USUAL_WIND
    coast = ~(wet[grid.neighbours[0][cells]] & wet[grid.neighbours[1][cells]])
    coast |= ~(wet[grid.neighbours[2][cells]] & wet[grid.neighbours[3][cells]])
    speed *= np.where(coast, AT_COASTS, 1.0) * STEP
    itself = np.arange(len(cells), dtype=np.int32)
    ways = [
        (np.where(wet[upstream[cells]], place[upstream[cells]], itself), share[cells] * speed)
        for upstream, share in (
            (current.first, current.share_of_first),
            (current.second, current.share_of_second),
        )
    ]
    z = grid.z[cells]
    celsius = 28 * np.sqrt(np.maximum(1 - z * z, 0)) - 2 * z * z
    celsius = np.clip(rescaled(celsius, parameters), COLDEST, WARMEST)
    for _ in range(PASSES):
        celsius = celsius + sum(share * (celsius[upstream] - celsius) for upstream, share in ways)
    result = np.zeros(grid.cells)
    result[cells] = np.clip(celsius, COLDEST, WARMEST)
    return SeaTemperatures(result)


def rescaled(celsius: Floats, parameters: Parameters) -> Floats:
    """Return temperatures of the usual range as those of the range that the maker wants."""
    usual, wanted = USUAL_TEMPERATURES, parameters.temperature
    return wanted.low + (celsius - usual.low) * ((wanted.high - wanted.low) / (usual.high - usual.low))
