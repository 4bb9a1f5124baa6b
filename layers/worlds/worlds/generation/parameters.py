"""What a world is made from, and how the words of its maker become numbers. Source: worlds 11.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import asdict

T = TypeVar("T")


class Size(NamedTuple):
    """How large a map is."""

    edge: int
    """Cells along each side of a face."""
    plates: int


class Interval(NamedTuple):
    """From a lowest value to a highest."""

    low: float
    high: float


class Age(NamedTuple):
    """What a planet's age changes."""

    erosion: float
    life: float


SIZES: Final[Mapping[str, Size]] = {
    "small": Size(100, 3),
    "tiny": Size(100, 3),
    "medium": Size(200, 5),
    "large": Size(500, 8),
    "huge": Size(500, 8),
}
TEMPERATURES: Final[Mapping[str, Interval]] = {
    "frozen": Interval(-40, 10),
    "cold": Interval(-20, 15),
    "temperate": Interval(-10, 30),
    "warm": Interval(10, 40),
    "tropical": Interval(10, 40),
    "hot": Interval(20, 50),
    "desert": Interval(20, 50),
    "varied": Interval(-30, 45),
}
USUAL_TEMPERATURES: Final = Interval(-20, 30)
"""Of the rule for temperatures before it is scaled: pole and equator at sea level. Source: worlds 11.3."""
RAINS: Final[Mapping[str, Interval]] = {
    "arid": Interval(0, 250),
    "dry": Interval(100, 500),
    "moderate": Interval(400, 1200),
    "wet": Interval(1000, 3000),
    "varied": Interval(0, 3000),
}
USUAL_RAIN: Final = Interval(400, 1500)
WATER_LEVELS: Final[Mapping[str, float]] = {"high": 0.8, "flood": 0.8, "medium": 0.5, "low": 0.2, "dry": 0.2}
AGES: Final[Mapping[str, Age]] = {"young": Age(0.3, 0.7), "old": Age(2.5, 1.5)}
USUAL_AGE: Final = Age(1, 1)
MOONS: Final[Mapping[str, int]] = {"none": 0, "no": 0, "one": 1, "two": 2, "three": 3, "many": 3}
MOST_MOONS: Final = 5

USUAL_LAND: Final = 0.3
LEAST_LAND: Final = 0.1

_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent\b)\s*(\w*)")
_METRES: Final = re.compile(r"([-−]?\d+(?:[.,]\d+)?)\s*(?:m|metres|meters)\b")


class Parameters(Struct, frozen=True):
    """Numbers that, with a seed, make the same ground on every machine."""

    size: str = "medium"
    land: float = USUAL_LAND
    """The share of the surface above the sea."""
    sea_level: float | None = None
    """In metres on the scale of `heights`, if the maker wants a level and not a share of land."""
    temperature: Interval = USUAL_TEMPERATURES
    """Degrees Celsius at the level of the sea, pole and equator."""
    rain: Interval = USUAL_RAIN
    """Millimetres a year."""
    erosion: float = USUAL_AGE.erosion
    life: float = USUAL_AGE.life
    heat: float = 1
    """Of the planet's inside; 1 is today's Earth."""
    moons: int | None = None
    """How many, or None for what the seed says."""
    geology: bool = True
    """Whether its ground goes on changing: by volcanoes, slopes that slide and rain, and in deep time by plates."""
    biomes: tuple[float, ...] = ()
    """The share of the land that each biome is wanted to have, in the order of `Biome`; none where no one says so."""

    @property
    def edge(self) -> int:
        """Cells along each side of a face."""
        return SIZES[self.size].edge

    @property
    def plates(self) -> int:
        """Number of plates."""
        return SIZES[self.size].plates

    @property
    def rain_factor(self) -> float:
        """How much more it rains than the rule for rain says."""
        return self.rain.high / 1000


def as_json(parameters: Parameters) -> dict[str, Any]:
    """Return parameters as they are stored."""
    return asdict(parameters)


def from_json(stored: Mapping[str, Any]) -> Parameters:
    """Return parameters that were stored; what is missing is as usual."""
    intervals = {name: Interval(*stored[name]) for name in ("temperature", "rain") if name in stored}
    return Parameters(**{**stored, **intervals, "biomes": tuple(stored.get("biomes", ()))})


def from_words(
    *,
    size: str = "",
    land: str = "",
    water_level: str = "",
    climate: str = "",
    rain: str = "",
    age: str = "",
    moons: str = "",
) -> Parameters:
    """Return the parameters that answers describe. What an answer does not say is as usual.

    A share of land outweighs a water level, because both set the same thing. A water level in metres leaves the share
    of land to the ground.
    """
    said_land = land_share(land)
    level = water_level.lower()
    metres = _METRES.search(level)
    years = _named(AGES, age, USUAL_AGE)
    share = said_land if said_land is not None else _land_beside_water(level)
    return Parameters(
        size=next((word for word in _words(size) if word in SIZES), "medium"),
        land=USUAL_LAND if share is None else share,
        sea_level=float(metres[1].replace("−", "-").replace(",", ".")) if metres and said_land is None else None,
        temperature=_named(TEMPERATURES, climate, USUAL_TEMPERATURES),
        rain=_named(RAINS, rain, USUAL_RAIN),
        erosion=years.erosion,
        life=years.life,
        moons=number_of_moons(moons),
    )


def land_share(text: str) -> float | None:
    """Return the share of land that a text names, by land or by water, or None: "30% water, 70% land" is .7."""
    found = {kind: float(number) / 100 for number, kind in _PERCENT.findall(text.lower())}
    if "land" in found:
        return _limited(found["land"])
    return _limited(1 - found["water"]) if "water" in found else None


def number_of_moons(text: str) -> int | None:
    """Return how many moons a text asks for, or None when chance shall decide."""
    words = _words(text)
    digits = next((int(word) for word in words if word.isdecimal()), None)
    if digits is not None:
        return min(digits, MOST_MOONS)
    return next((MOONS[word] for word in words if word in MOONS), None)


def _land_beside_water(level: str) -> float | None:
    share = _PERCENT.search(level)
    if share:
        return _limited(1 - float(share[1]) / 100)
    named = next((WATER_LEVELS[word] for word in _words(level) if word in WATER_LEVELS), None)
    return None if named is None else _limited(1 - named)


def _limited(land: float) -> float:
    return max(LEAST_LAND, min(1.0, land))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _named(names: Mapping[str, T], text: str, usual: T) -> T:
    return next((names[word] for word in _words(text) if word in names), usual)
