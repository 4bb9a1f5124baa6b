"""The rules of the weather, one by one: wind, evaporation, moist air, state, temperature, pressure. Pure.

Only + - * / and square roots, so that every machine finds the same. Without numpy. Source: worlds 12.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from worlds.generation.local_climate import UpwindCell
from worlds.generation.portable import cosine, sine
from worlds.time.models import Season
from worlds.weather.models import Weather, WeatherState

STORM_RAIN, STORM_WIND = 20.0, 15.0
LEAST_RAIN: Final = 2.0
"""Below this, no drop is felt."""
FREEZING: Final = 0.0
CLOUDS: Final = 30.0
"""Humidity from which clouds cover the sky."""

MOST_MOISTURE: Final = 100.0
OVER_WATER: Final = 0.05
"""Moisture that each cell of water adds, for each metre a second of wind."""
LIFTED: Final = 0.001
"""Share of the moisture that falls for each metre uphill."""
MOST_LIFTED: Final = 10.0
SPENT_UPHILL, SPENT_ON_LEVEL = 5.0, 2.0
"""How many times as much moisture as rain the air loses."""
SATURATED: Final = 50.0
"""Moisture above which it rains on level ground."""

DAILY_SWING: Final = 7.5
WARMEST: Final = 14 / 24
"""Part of the day that is over when it is warmest."""
TROPICAL_SWING, MIDDLE_SWING, POLAR_SWING = 2.5, 15.0, 10.0
SWINGS: Final = (15.0, 45.0, 75.0)
"""Degrees from the equator at which the yearly swing is the one of the tropics, the middle and the poles."""
LAG: Final = 30
"""Days by which the seasons come after the sun."""
TILT: Final = 23.5
DAYS_PER_YEAR: Final = 360

RAIN_BELT: Final = 50.0
"""Millimetres a month at the thermal equator."""
BELT_WIDTH: Final = 10.0

NOTICED_WIND: Final = 10.0

_EVAPORATION: Final = 5.0
_SEASONS: Final = {Season.SUMMER: 1.3, Season.SPRING: 1.0, Season.AUTUMN: 1.0, Season.WINTER: 0.7}
_OPPOSITE: Final = {
    Season.SPRING: Season.AUTUMN,
    Season.SUMMER: Season.WINTER,
    Season.AUTUMN: Season.SPRING,
    Season.WINTER: Season.SUMMER,
}


class Fall(NamedTuple):
    """What falls from air over one cell, and the moisture that the air keeps."""

    rain: float
    moisture: float


def wind_speed(latitude: float) -> float:
    """Return the usual wind in metres a second by the latitude in degrees, as `generation.winds` does for all cells."""
    away = abs(latitude)
    if away < 30:
        return 5 + (30 - away) / 6
    return 8 + (away - 30) / 6 if away < 60 else 3 + (90 - away) / 10


def season_at(season: Season, latitude: float) -> Season:
    """Return the season at a latitude: the calendar names that of the northern half."""
    return season if latitude >= 0 else _OPPOSITE[season]


def evaporation(celsius: float, closeness: float, latitude: float, season: Season) -> float:
    """Return the moisture that water gives to the air.

    Args:
        closeness: of water, from `local_climate.closeness`.
        season: at the place.
    """
    warmth = _limited((celsius - 5) / 30, 0, 1)
    return _EVAPORATION * warmth * closeness * cosine(latitude / 360) * _SEASONS[season]


def crossed(cell: UpwindCell, altitude_before: float, moisture: float, wind: float) -> Fall:
    """Return what falls on a cell from air that crosses it. Up a gentle slope, it may be as much as on level ground.

    Args:
        altitude_before: of the cell that the air comes from.
        moisture: of that air.
    """
    if cell.is_water:
        moisture = min(MOST_MOISTURE, moisture + OVER_WATER * wind)
    gained = max(0.0, cell.altitude - altitude_before)
    lifted = min(moisture * gained * LIFTED, MOST_LIFTED * moisture)
    level = max(0.0, moisture - SATURATED) / 2
    if lifted > level:
        return Fall(lifted, max(0.0, moisture - SPENT_UPHILL * lifted))
    return Fall(level, moisture - SPENT_ON_LEVEL * level)


def carried(cells: Iterable[UpwindCell], moisture: float, wind: float) -> list[Fall]:
    """Return what falls on each of some cells from air that crosses them in this order."""
    falls: list[Fall] = []
    altitude: float | None = None
    for cell in cells:
        fall = crossed(cell, cell.altitude if altitude is None else altitude, moisture, wind)
        falls.append(fall)
        altitude, moisture = cell.altitude, fall.moisture
    return falls


def state_of(rain: float, wind: float, celsius: float, humidity: float) -> WeatherState:
    """Return what the sky does; the first that fits."""
    if rain > STORM_RAIN or wind > STORM_WIND:
        return WeatherState.STORM
    if rain > LEAST_RAIN:
        return WeatherState.SNOW if celsius <= FREEZING else WeatherState.RAIN
    return WeatherState.CLOUDY if humidity >= CLOUDS else WeatherState.CLEAR


def daily_swing(part_of_day: float) -> float:
    """Return how much warmer than on average of the day it is, by the part of the day that is over."""
    return DAILY_SWING * cosine(part_of_day - WARMEST)


def yearly_swing(latitude: float, day: float) -> float:
    """Return how much warmer than on average of the year it is.

    Args:
        day: of the year; 0 is the beginning of spring in the north.
    """
    away = abs(latitude)
    low, middle, high = SWINGS
    if away <= middle:
        share = max(0.0, away - low) / (middle - low)
        swing = TROPICAL_SWING + (MIDDLE_SWING - TROPICAL_SWING) * share
    else:
        share = min(1.0, (away - middle) / (high - middle))
        swing = MIDDLE_SWING + (POLAR_SWING - MIDDLE_SWING) * share
    wave = sine((day - LAG) / DAYS_PER_YEAR)
    return swing * (wave if latitude >= 0 else -wave)


def declination(day: float) -> float:
    """Return the latitude over which the sun stands highest; it is the thermal equator.

    The rule counts 365 days from 1 January, and the sun crosses the equator on day 81; here, that is day 0 of 360.
    """
    return TILT * sine(day / DAYS_PER_YEAR)


def belt_rain(latitude: float, day: float) -> float:
    """Return the millimetres a month that the rain belt adds: most at the thermal equator, none ten degrees from it."""
    away = abs(latitude - declination(day))
    return RAIN_BELT * max(0.0, 1 - away / BELT_WIDTH)


def pressure(celsius: float, *, is_water: bool) -> float:
    """Return the pressure of the air in millibars."""
    return 1013.25 - (0.2 if is_water else 0.5) * (celsius - 15)


def _limited(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def is_noticed(before: Weather, after: Weather) -> bool:
    """Tell whether a change is told: of the state, of extreme weather, or of the wind by more than 10."""
    kinds = [each.extreme.kind if each.extreme else None for each in (before, after)]
    return before.state != after.state or kinds[0] != kinds[1] or abs(after.wind - before.wind) > NOTICED_WIND
