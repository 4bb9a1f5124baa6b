"""What a whole planet has one of: heat, air, sunlight, sea. Steps of a year or a thousand; without numpy.

Each step is exact enough in one piece: what settles faster than a step lasts is solved for its end, not followed.
Source: worlds 15.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from worlds.generation import sky
from worlds.generation.portable import exp2, log2

HOTTEST: Final = 10.0
COOLED: Final = 500_000_000
"""Years after which the inside of a planet has become 4 times as hot as that of the Earth."""
COOLING: Final = 1.15125e-9 / 0.6931471805599453
"""Powers of 2 that what remains falls by in a year."""

AIR: Final = 0.0006
"""Atmospheres of CO2 at which a planet is as warm as its maker wants it."""
FIRST_AIR: Final = 50.0
PER_DOUBLING: Final = 3.0
OUTGASSING: Final = 5e-7
WEATHERING: Final = 5e-7
USUAL_LAND: Final = 0.3

KELVIN: Final = 273.15
ICE_BEGINS: Final = 0.985
ICE_ENDS: Final = 0.995
SHORTEST_ICE: Final = 10_000
ICE_COOLS: Final = 6.0

MOST_OFFSET: Final = 50.0
FADING: Final = 30.0
"""Years in which what a catastrophe did to the temperature falls to about a third."""

BOILING: Final = (90.0, 110.0)
"""Degrees Celsius between which the sea turns into vapour."""
BOILED_AWAY: Final = -4_000.0
SMOOTHING: Final = 0.1
LONGEST_INNER: Final = 50
"""Years in which the sea goes a tenth of its way."""
RECOVERY: Final = 1e-6
DELUGE: Final = 0.5

GREAT_DELUGE: Final = "great_deluge"
ICE_AGE: Final = "ice_age"


@dataclass(slots=True)
class Planet:
    """The state of a planet; `moved`, `tectonics` and others count towards what happens now and then."""

    year: int = 0
    co2: float = FIRST_AIR
    """Atmospheres."""
    offset: float = 0.0
    """Degrees that catastrophes have made it warmer."""
    celsius: float = 15.0
    """On average, at the end of the last step."""
    base: float = 15.0
    """Degrees on average that its maker wants."""
    ice_since: int = -1
    """The year in which an ice age began; -1 for none."""
    ice_ages: int = 0
    vapour: float = 0.0
    """The share of the sea that has boiled away."""
    quantile: float = 0.0
    """Metres: the level that leaves the wanted share of land above the sea."""
    sea_offset: float = 0.0
    """Metres of the sea above that level."""
    land: float = USUAL_LAND
    tectonics: float = 0.0
    """Years times heat that no tectonic pass has taken yet."""
    unmoved: int = 0
    """Years for which plates have not moved yet."""
    yearly_until: int = 0
    """The year up to which steps last a year."""
    tectonic_passes: int = 0
    erosion_passes: int = 0
    river_passes: int = 0
    rivers: int = 0

    @property
    def sea_level(self) -> float:
        """Metres on the scale of heights."""
        return self.quantile + self.sea_offset


def heat(year: int) -> float:
    """Return how hot a planet is inside; today's Earth is 1.03."""
    if year < COOLED:
        return HOTTEST - (HOTTEST - 4) * year / COOLED
    return 1 + 3 * exp2(-COOLING * (year - COOLED))


def tectonic_interval(hot: float) -> int:
    """Return years times heat from one tectonic pass to the next."""
    return 100_000 if hot <= 1.5 else 2_000_000 if hot <= 4 else 10_000_000


def without_air(planet: Planet, insolation: float) -> float:
    """Return degrees on average with as much CO2 as AIR, from sunlight, ice and catastrophes."""
    bright = sqrt(sqrt(sky.luminosity(planet.year) * insolation))
    ice = ICE_COOLS if planet.ice_since >= 0 else 0.0
    return planet.base + (planet.base + KELVIN) * (bright - 1) + planet.offset - ice


def settle_air(co2: float, years: int, hot: float, warmth: float, land: float) -> float:
    """Return the CO2 after some years: volcanoes give it, the weathering of rock takes it.

    By the implicit rule, which stays true however long a step is beside the time in which the air settles.

    Args:
        warmth: degrees above what the maker wants, without the CO2.
        land: the share of the surface on which it can rain.
    """
    gained = co2 + years * OUTGASSING * hot
    rain = max(0.2, min(3.0, 1 + 0.03 * warmth))
    taken = years * WEATHERING * exp2(warmth / 10) * rain * land / USUAL_LAND
    doublings = log2(co2 / AIR)
    for _ in range(60):
        here = AIR * exp2(doublings)
        rock = taken * exp2(0.8 * doublings)  # a root of the CO2, and 3 degrees a doubling at twice per 10 degrees
        step = (here + rock - gained) / ((here + 0.8 * rock) * 0.6931471805599453)
        doublings -= max(-4.0, min(4.0, step))
        if -1e-9 < step < 1e-9:
            break
    return AIR * exp2(max(-10.0, doublings))


def warmth_of_air(co2: float) -> float:
    """Return by how many degrees CO2 warms."""
    return PER_DOUBLING * log2(co2 / AIR)


def ice_after(planet: Planet, insolation: float) -> int:
    """Return since when there is an ice age; -1 for none. Judged by the orbit alone, however bright the star is."""
    if planet.ice_since < 0:
        return planet.year if insolation < ICE_BEGINS else -1
    old_enough = planet.year - planet.ice_since >= SHORTEST_ICE
    return -1 if insolation > ICE_ENDS and old_enough else planet.ice_since


def add_offset(planet: Planet, degrees: float) -> None:
    """Make a planet warmer or colder for some decades."""
    planet.offset = max(-MOST_OFFSET, min(MOST_OFFSET, planet.offset + degrees))


def settle_sea(planet: Planet, years: int) -> bool:
    """Let the sea boil, or come back; whether it came back as a deluge."""
    low, high = BOILING
    before, planet.vapour = planet.vapour, max(0.0, min(1.0, (planet.celsius - low) / (high - low)))
    if planet.vapour > 0:
        ways = SMOOTHING * years / LONGEST_INNER
        target = (BOILED_AWAY - planet.quantile) * planet.vapour
        planet.sea_offset += (target - planet.sea_offset) * ways / (1 + ways)
    else:
        planet.sea_offset /= 1 + RECOVERY * years
    return before >= DELUGE > planet.vapour


def pass_years(planet: Planet, years: int, stability: float, hot: float) -> list[str]:
    """Let years pass for the air, the temperature and the sea; what began.

    Args:
        hot: how hot the planet is inside.
    """
    planet.year += years
    happened: list[str] = []
    insolation = sky.orbit(planet.year, stability).insolation
    before, planet.ice_since = planet.ice_since, ice_after(planet, insolation)
    if before < 0 <= planet.ice_since:
        planet.ice_ages += 1
        happened.append(ICE_AGE)
    fading = years / FADING
    planet.offset /= 1 + fading + fading * fading / 2
    plain = without_air(planet, insolation)
    planet.co2 = settle_air(planet.co2, years, hot, plain - planet.base, planet.land)
    planet.celsius = plain + warmth_of_air(planet.co2)
    planet.tectonics += years * hot
    planet.unmoved += years
    if settle_sea(planet, years):
        happened.append(GREAT_DELUGE)
    return happened
