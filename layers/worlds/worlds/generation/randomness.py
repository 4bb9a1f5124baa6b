"""Random numbers of a world: one stream per seed and stage, the same on every machine. Without numpy."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

MASK: Final = 2**64 - 1
STEP: Final = 0x9E3779B97F4A7C15
FIRST: Final = 0xBF58476D1CE4E5B9
SECOND: Final = 0x94D049BB133111EB
UNIT: Final = 2.0**-53


def stream_key(seed: int, stage: str) -> int:
    """Return the key of a stage's stream, 64 bits."""
    return int.from_bytes(blake2b(f"{seed}/{stage}".encode(), digest_size=8).digest(), "big")


def mix(number: int) -> int:
    """Return 64 bits that look random, the same for the same number. Source: splitmix64 (Steele, Lea and Flood)."""
    number = ((number ^ (number >> 30)) * FIRST) & MASK
    number = ((number ^ (number >> 27)) * SECOND) & MASK
    return number ^ (number >> 31)


def unit_at(key: int, index: int) -> float:
    """Return number `index` of a stream, from 0 up to but not including 1."""
    return (mix((key + (index + 1) * STEP) & MASK) >> 11) * UNIT


class Stream:
    """The numbers of a stage, one after the other."""

    def __init__(self, seed: int, stage: str) -> None:
        self.key = stream_key(seed, stage)
        self._drawn = 0

    def unit(self) -> float:
        """Draw a number from 0 up to but not including 1."""
        self._drawn += 1
        return unit_at(self.key, self._drawn - 1)

    def between(self, low: float, high: float) -> float:
        """Draw a number between two others."""
        return low + (high - low) * self.unit()

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 up to but not including `limit`."""
        return int(self.unit() * limit)
