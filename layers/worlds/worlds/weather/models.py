"""What the weather is, in the units of worlds 12. Temperatures in degrees Celsius, winds in metres a second."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from kernel.errors import Refused
from worlds.time.rules import HOUR, MINUTE, WEATHER

SLOT: Final = WEATHER * MINUTE
"""Milliseconds of game time from one update to the next: the weather is the same all through a slot."""
CYCLE: Final = 6 * HOUR // SLOT
"""Slots of a large cycle."""
PER_DAY: Final = 24 * HOUR // SLOT
"""Slots of 24 hours."""


class WeatherState(StrEnum):
    """What the sky does. The names are those of the command `weather`."""

    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    STORM = "storm"
    SNOW = "snow"


class ExtremeWeather(StrEnum):
    """Weather that is out of the ordinary, for days."""

    HURRICANE = "hurricane"
    BLIZZARD = "blizzard"
    DROUGHT = "drought"
    HEAT_WAVE = "heat wave"


class Extreme(NamedTuple):
    """Extreme weather at a place."""

    kind: ExtremeWeather
    strength: float
    """0 to 1."""
    until: int
    """The first slot after it."""


class Weather(NamedTuple):
    """The weather of a place in one slot."""

    slot: int
    state: WeatherState
    celsius: float
    rain: float
    """On the scale of the rules: rain or snow above 2, a storm above 20."""
    wind: float
    wind_from: str
    """The direction that it comes from, by the names of `space.models.Direction` in lower case."""
    humidity: float
    """0 to 100."""
    pressure: float
    """Millibars."""
    sight: int
    """Metres."""
    extreme: Extreme | None


class WeatherChange(NamedTuple):
    """A change that people notice."""

    before: Weather
    after: Weather


SIGHT: Final[Mapping[WeatherState, int]] = {
    WeatherState.CLEAR: 50_000,
    WeatherState.CLOUDY: 30_000,
    WeatherState.RAIN: 10_000,
    WeatherState.SNOW: 5_000,
    WeatherState.STORM: 2_000,
}
"""Metres that one sees."""


class NoWeather(Refused):
    """The world has no ground, so no climate."""

    code = "invalid_command"
    message = "There is no weather in {name}: it is the same there at all times."


class UnknownWeather(Refused):
    """No such weather can be set."""

    code = "invalid_command"
    message = "There is no weather called {typed}. Write weather to read it; its owner can set it to: {names}."
