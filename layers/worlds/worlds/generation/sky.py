"""Moons, tides, the planet's orbit and its star. Without numpy. Source: worlds 11.4."""

from __future__ import annotations

from math import pi, sqrt
from typing import Final

from msgspec import Struct

from worlds.generation.portable import added, sine
from worlds.generation.randomness import Stream

LUNAR_MASS: Final = 7.342e22  # kg
LUNAR_DISTANCE: Final = 3.844e8  # m
PLANET_MASS: Final = 5.972e24  # kg
PLANET_RADIUS: Final = 6.371e6  # m
GRAVITY: Final = 6.674e-11
NEAREST: Final = 2.5 * PLANET_RADIUS
FARTHEST: Final = 1.5e9
STABLE: Final = 0.01
"""Moons that weigh more than this share of the planet keep its axis steady."""

CHANCES: Final = ((0.1, 0), (0.7, 1), (0.9, 2))
"""(up to which draw, number of moons); above, 3 to 5 alike."""

TIDES: Final = ((0.5, "micro", 1.0), (2.0, "normal", 1.5), (5.0, "strong", 1.8))
EXTREME: Final = ("extreme", 2.0)


class Moon(Struct, frozen=True):
    """A moon: its mass in those of ours, its distance in metres from the planet's middle."""

    mass: float
    distance: float

    @property
    def period(self) -> float:
        """Seconds for one turn around the planet. Source: Kepler."""
        cube = self.distance * self.distance * self.distance
        return 2 * pi * sqrt(cube / (GRAVITY * (PLANET_MASS + self.mass * LUNAR_MASS)))

    @property
    def tide(self) -> float:
        """How much tide it makes; our Moon makes 1."""
        ratio = LUNAR_DISTANCE / self.distance
        return self.mass * ratio * ratio * ratio


Moons = tuple[Moon, ...]


def draw_moons(seed: int, wanted: int | None) -> Moons:
    """Return the moons of a world, the nearest first: `wanted`, or as many as chance says.

    Each has a layer of the sky to itself, so that no two orbits cross. Layers are wider farther out.
    """
    stream = Stream(seed, "moons")
    draw = stream.unit()
    by_chance = next((number for limit, number in CHANCES if draw < limit), 3 + stream.below(3))
    number = by_chance if wanted is None else wanted
    found: list[Moon] = []
    for layer in range(number):
        place = (layer + stream.between(0.1, 0.9)) / number
        found.append(Moon(stream.between(0.1, 2), NEAREST + (FARTHEST - NEAREST) * place * place))
    return tuple(found)


def tide(moons: Moons) -> float:
    """Return the tide of all moons; Earth's is 1."""
    return added(moon.tide for moon in moons)


def tide_class(strength: float) -> tuple[str, float]:
    """Return the name of a tide, and how many times a spring tide is as strong as a neap tide."""
    return next(((name, ratio) for limit, name, ratio in TIDES if strength < limit), EXTREME)


def axis_stability(moons: Moons) -> float:
    """Return how steady moons keep the axis: 1, or .1."""
    return 1.0 if added(moon.mass for moon in moons) * LUNAR_MASS > STABLE * PLANET_MASS else 0.1


def impact_shield(moons: Moons) -> float:
    """Return the share of impacts that moons catch."""
    return min(0.2, 0.05 * len(moons))


class Orbit(Struct, frozen=True):
    """The planet's path and axis at a time."""

    eccentricity: float
    tilt: float
    """Degrees."""
    insolation: float
    """Sunlight, 1 on average."""


def orbit(year: float, stability: float) -> Orbit:
    """Return the orbit in a year since the world's beginning. Source: Milankovitch."""
    eccentricity = 0.017 + 0.01 * sine(year / 100_000)
    swing = sine(year / 41_000)
    precession = sine(year / 26_000)
    tilt = 23.44 + 1.2 * (1 + 10 * (1 - stability)) * swing
    tilt_norm = (1 + swing) / 2
    return Orbit(eccentricity, tilt, 1 + (tilt_norm - 0.5) * 0.06 + eccentricity * precession * 0.5)


def luminosity(year: float) -> float:
    """Return how bright the star is, 1 when it is 4.5 billion years old."""
    return 1 / (1 + 0.4 * (1 - year / 4.5e9))
