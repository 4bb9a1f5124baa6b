"""What the ground offers to what lives on it."""

from __future__ import annotations

from dataclasses import dataclass

from worlds.generation.arrays import Floats


@dataclass(frozen=True, slots=True)
class Habitats:
    """Per biome, in the order of `Biome`."""

    area: Floats
    """Shares of the planet."""
    celsius: Floats
    rain: Floats
    """Millimetres a year."""
    offset: float = 0.0
    """Degrees that a catastrophe has made it warmer; below 0, dust also takes light."""
    life: float = 1.0
    """How rich the world's maker wants it to be."""
    magic: float = 0.0
    """How much of it there is, 0 to 1."""
