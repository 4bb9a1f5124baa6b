"""The moons as the first stage of generation. Source: worlds 11."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worlds.generation import sky
from worlds.generation.arrays import Floats
from worlds.generation.parameters import Parameters


@dataclass(frozen=True, slots=True)
class MoonsDrawn:
    """The moons of a world, the nearest first."""

    masses: Floats
    distances: Floats

    @property
    def moons(self) -> sky.Moons:
        """The moons one by one."""
        return tuple(sky.Moon(float(m), float(d)) for m, d in zip(self.masses, self.distances, strict=True))


def place_moons(parameters: Parameters, seed: int) -> MoonsDrawn:
    """Return the moons that chance, or the maker, gives a world."""
    moons = sky.draw_moons(seed, parameters.moons)
    return MoonsDrawn(np.array([moon.mass for moon in moons]), np.array([moon.distance for moon in moons]))
