"""Where the sea ends. Source: worlds 11.2; 30, rule 16: decided before rivers, and kept afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worlds.generation.heights import Relief
from worlds.generation.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Sea:
    """The level of the sea, on the scale of heights. A cell at the level is under water."""

    level: float


def find_sea_level(parameters: Parameters, relief: Relief) -> Sea:
    """Return the level that leaves the wanted share of cells above the sea, or the one that the maker has set."""
    lowest, highest = float(relief.heights.min()), float(relief.heights.max())
    if parameters.sea_level is not None:
        return Sea(max(lowest, min(highest, parameters.sea_level)))
    under_water = round((1 - parameters.land) * len(relief.heights))
    if not under_water:
        return Sea(lowest - 1)
    return Sea(float(np.partition(relief.heights, under_water - 1)[under_water - 1]))
