"""The weather of a place at any time. Pure: all who ask find the same, in any order. Source: worlds 12.

Time has an absolute grid: slots of half an hour of game time, and large cycles of six hours. Each cycle has fields of
noise over the globe, drawn from (seed, name of the field, number of the cycle); between two cycles they are blended. So
nothing is remembered from slot to slot, a forecast is the future itself, and a year costs no more than a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import sqrt
from typing import Final

from worlds.generation.cube import cell_of
from worlds.generation.ground import gradient_noise
from worlds.generation.local_climate import LocalClimate, blows_east
from worlds.generation.randomness import MASK, STEP, mix, stream_key, unit_at
from worlds.time.models import Season
from worlds.time.rules import DAYS_PER_SEASON, DAYS_PER_YEAR, HOUR, HOURS_PER_DAY, SEASONS
from worlds.weather import rules
from worlds.weather.models import (
    CYCLE,
    SIGHT,
    SLOT,
    Extreme,
    ExtremeWeather,
    Weather,
    WeatherChange,
    WeatherState,
)
from worlds.world.models import WeatherOrder

SYSTEMS: Final = 5.0
"""How many systems of weather lie side by side along a radius of the planet."""
SPREAD: Final = 0.25
"""Of the noise: how far it usually is from 0."""
REGIME: Final = 12 * CYCLE
"""Slots for which the weather keeps a tendency: three days."""

DRIEST_SHARE: Final = 3_000.0
"""Millimetres a year with which it would rain half of the time."""
WET, RISING = 54.0, 150.0
"""Moisture where rain begins, and how much more of it there is the rarer the weather."""
ARRIVING: Final = 40.0
"""Moisture that air begins its way with; what it has more or less at its end counts half."""
DRY_AIR: Final = 15.0
"""Humidity of air without moisture."""
CALM, BREEZE, GALE = 0.4, 0.6, 1.0
"""Shares of the usual wind: always there, on average twice, and at the worst."""
WARM_SPELL: Final = 2.0
"""Degrees by which a day is usually warmer or colder than its season."""
NIGHT: Final = 0.25
"""Part of the day in which one day's warmth changes into the next one's."""

REGIONS: Final = 16
"""Extreme weather covers a region: that many lie along each side of a face of the cube."""
HURRICANE_DAYS, HURRICANE_CHANCE, WARM_SEA = 7, 0.04, 26.0
HURRICANE_LATITUDES: Final = (5.0, 20.0)
HURRICANE_WIND, HURRICANE_RAIN = 40.0, 30.0
COAST: Final = 3
"""Cells of the path, with the place itself, in which the sea feeds a hurricane."""
HEAT_WAVE_DAYS, HEAT_WAVE_CHANCE, HEAT_WAVE = 7, 0.03, 10.0
DROUGHT_DAYS, DROUGHT_CHANCE, DROUGHT = 90, 0.04, 0.4
"""In a drought, less than half of the usual rain falls, because the air brings so much of its moisture."""
BLIZZARD_CYCLES, BLIZZARD_CHANCE = 8, 0.2
BLIZZARD_CELSIUS, BLIZZARD_RAIN, BLIZZARD_WIND = -5.0, 10.0, 10.0
STRENGTH: Final = {
    ExtremeWeather.HURRICANE: 0.8,
    ExtremeWeather.BLIZZARD: 0.7,
    ExtremeWeather.DROUGHT: 0.0,
    ExtremeWeather.HEAT_WAVE: 0.0,
}
"""By that share, one sees less far."""

NEAREST_SIGHT: Final = round(min(SIGHT.values()) * (1 - max(STRENGTH.values())))
"""Metres that one sees in the worst weather."""


class _Air:
    """What the air is like, before it is named."""

    __slots__ = ("celsius", "humidity", "rain", "wind")

    def __init__(self, celsius: float, rain: float, wind: float, humidity: float) -> None:
        self.celsius, self.rain, self.wind, self.humidity = celsius, rain, wind, humidity


class Sky:
    """The weather of one place.

    Args:
        seed: of the world.
        order: what the world's owner has set.
    """

    def __init__(
        self, seed: int, climate: LocalClimate, hours_per_day: int = HOURS_PER_DAY, order: WeatherOrder | None = None
    ) -> None:
        self.climate = climate
        self._seed = seed
        self._day = hours_per_day * HOUR // SLOT
        self._order = order
        self._keys: dict[str, int] = {}
        self._fields: dict[tuple[str, int], float] = {}
        self._given: dict[int, list[float]] = {}
        self._cold: dict[int, bool] = {}
        self._known: dict[int, Weather] = {}

    def at(self, slot: int) -> Weather:
        """Return the weather in a slot."""
        if slot not in self._known:
            self._known[slot] = self._weather(slot)
        return self._known[slot]

    def changes(self, start: int, end: int) -> Iterator[WeatherChange]:
        """Yield what people notice from one slot, which does not belong to it, to another.

        A wind may rise slowly: it is compared with the one of the last change, or of the large cycle's beginning. As
        that is on the absolute grid, it makes no difference how a span is divided.
        """
        known = self.at(start // CYCLE * CYCLE)
        for slot in range(known.slot + 1, end + 1):
            now = self.at(slot)
            is_noticed = rules.is_noticed(known, now)
            if is_noticed and slot > start:
                yield WeatherChange(known, now)
            if is_noticed or slot % CYCLE == 0:
                known = now

    def forecast(self, start: int, end: int) -> Iterator[Weather]:
        """Yield the weather of a slot, and of each one up to the end whose state is another than before."""
        known = self.at(start)
        yield known
        for slot in range(start + 1, end):
            now = self.at(slot)
            if now.state != known.state:
                yield now
            known = now

    # -------------------------------------------------------- the air

    def _weather(self, slot: int) -> Weather:
        air, extreme = self._air(slot), self._extreme(slot)
        if blizzard := self._blizzard(slot):
            air.celsius = min(air.celsius, BLIZZARD_CELSIUS)
            air.rain, air.wind = max(air.rain, BLIZZARD_RAIN), max(air.wind, BLIZZARD_WIND)
            extreme = extreme if extreme and extreme.kind == ExtremeWeather.HURRICANE else blizzard
        if self._order and self._order.since <= slot < self._order.until:
            _obey(air, WeatherState(self._order.state))
            extreme = None
        celsius, rain, wind, humidity = (
            round(air.celsius, 1),
            round(air.rain, 1),
            round(air.wind, 1),
            round(air.humidity),
        )
        state = rules.state_of(rain, wind, celsius, humidity)
        strength = extreme.strength if extreme else 0
        return Weather(
            slot=slot,
            state=state,
            celsius=celsius,
            rain=rain,
            wind=wind,
            wind_from="west" if blows_east(self.climate.latitude) else "east",
            humidity=humidity,
            pressure=round(rules.pressure(celsius, is_water=self.climate.here.is_water), 1),
            sight=round(SIGHT[state] * (1 - strength)),
            extreme=extreme,
        )

    def _air(self, slot: int) -> _Air:
        """Return the air without blizzards and the owner's wishes."""
        wind = self._wind(slot)
        fall, brought = self._fall(slot, wind)
        humidity = min(100.0, DRY_AIR + brought)
        rain = fall.rain
        if (force := self._hurricane_force(slot)) > 0:
            wind, rain, humidity = wind + HURRICANE_WIND * force, rain + HURRICANE_RAIN * force, 100.0
        return _Air(self._celsius(slot, humidity), rain, wind, humidity)

    def _wind(self, slot: int) -> float:
        rank = _rank((self._blended("front", slot, CYCLE) + self._blended("wind", slot, CYCLE)) / 1.4)
        strong = rank * rank * rank
        strong *= strong
        return rules.wind_speed(self.climate.latitude) * (CALM + BREEZE * rank + GALE * strong * strong)

    def _fall(self, slot: int, wind: float) -> tuple[rules.Fall, float]:
        """Return what falls, and the moisture of the air that it falls from."""
        day = slot // self._day
        moisture, altitude = ARRIVING, self.climate.path[0].altitude
        given = self._evaporated(day)
        for cell, evaporated in zip(self.climate.path[:-1], given, strict=False):
            moisture = rules.crossed(cell, altitude, min(rules.MOST_MOISTURE, moisture + evaporated), wind).moisture
            altitude = cell.altitude
        brought = self._brought(slot, day % DAYS_PER_YEAR) + (moisture - ARRIVING) / 2 + given[-1]
        if self._is_dry(slot):
            brought *= DROUGHT
        brought = max(0.0, min(rules.MOST_MOISTURE, brought))
        return rules.crossed(self.climate.here, altitude, brought, wind), brought

    def _brought(self, slot: int, day: int) -> float:
        """Return the moisture that the weather brings: as often much of it as the climate says."""
        yearly = self.climate.rain + 12 * rules.belt_rain(self.climate.latitude, day)
        share = yearly / (yearly + DRIEST_SHARE)
        tendency = self._blended("regime", slot, REGIME)
        rank = _rank((tendency + 0.9 * self._blended("front", slot, CYCLE)) / 1.35)
        if rank >= 1 - share:
            return WET + RISING * (rank - 1 + share)
        dry = rank / (1 - share)
        return WET * dry * dry

    def _evaporated(self, day: int) -> list[float]:
        """Return what each cell of the path gives to the air on a day."""
        if day not in self._given:
            of_year = day % DAYS_PER_YEAR
            latitude = self.climate.latitude
            season = rules.season_at(SEASONS[of_year // DAYS_PER_SEASON], latitude)
            warmer = rules.yearly_swing(latitude, of_year)
            self._given[day] = [
                rules.evaporation(cell.celsius + warmer, cell.closeness, latitude, season) for cell in self.climate.path
            ]
        return self._given[day]

    def _celsius(self, slot: int, humidity: float) -> float:
        day, part = slot // self._day, slot % self._day / self._day
        of_year = day % DAYS_PER_YEAR + part
        # Clouds keep the sun out by day, and the warmth in by night.
        open_sky = 1 - max(0.0, min(1.0, (humidity - rules.CLOUDS) / 40)) / 2
        spell = self._field("warmth", day)
        if part < NIGHT:
            before = self._field("warmth", day - 1)
            spell = before + (spell - before) * _smooth(part / NIGHT)
        celsius = self.climate.celsius + WARM_SPELL * spell / SPREAD
        celsius += rules.yearly_swing(self.climate.latitude, of_year) * self._mildness
        celsius += rules.daily_swing(part) * open_sky
        return celsius + (HEAT_WAVE if self._is_hot(slot) else 0)

    @cached_property
    def _mildness(self) -> float:
        """How far the seasons are apart, beside those of other places at the latitude: the sea makes coasts milder."""
        usual = 0.8 * abs(self.climate.latitude) / 90
        return min(1.0, self.climate.seasonality / usual) if usual > 0.05 else 1.0

    # -------------------------------------------------------- noise

    def _blended(self, name: str, slot: int, period: int) -> float:
        number, after = divmod(slot, period)
        first = self._field(name, number)
        return first + (self._field(name, number + 1) - first) * _smooth(after / period)

    def _field(self, name: str, number: int) -> float:
        key = name, number
        if key not in self._fields:
            x, y, z = self.climate.towards
            drawn = mix((self._key(name) + number * STEP) & MASK)
            self._fields[key] = gradient_noise(drawn, x * SYSTEMS, y * SYSTEMS, z * SYSTEMS)
        return self._fields[key]

    def _key(self, name: str) -> int:
        if name not in self._keys:
            self._keys[name] = stream_key(self._seed, f"weather {name}")
        return self._keys[name]

    # -------------------------------------------------------- extremes

    def _extreme(self, slot: int) -> Extreme | None:
        if self._hurricane_force(slot) > 0:
            return self._named(ExtremeWeather.HURRICANE, slot, HURRICANE_DAYS)
        if self._is_hot(slot):
            return self._named(ExtremeWeather.HEAT_WAVE, slot, HEAT_WAVE_DAYS)
        return self._named(ExtremeWeather.DROUGHT, slot, DROUGHT_DAYS) if self._is_dry(slot) else None

    def _named(self, kind: ExtremeWeather, slot: int, days: int) -> Extreme:
        start = self._window(kind, slot, days)
        return Extreme(kind, STRENGTH[kind], start + days * self._day)

    @cached_property
    def _region(self) -> int:
        return cell_of(self.climate.towards, REGIONS).number(REGIONS)

    def _window(self, kind: str, slot: int, days: int) -> int:
        """Return the first slot of a window of days on the grid that a region has for a kind of weather."""
        shifted = mix((self._key(kind) + self._region) & MASK) % days
        return ((slot // self._day + shifted) // days * days - shifted) * self._day

    def _is_drawn(self, kind: str, number: int, chance: float) -> bool:
        return unit_at(self._key(kind), (self._region << 40) + number) < chance

    def _middle(self, window: int, days: int) -> int:
        """Return the day of the year in the middle of a window."""
        return (window // self._day + days // 2) % DAYS_PER_YEAR

    def _is_summer(self, of_year: int) -> bool:
        season = SEASONS[of_year // DAYS_PER_SEASON]
        return rules.season_at(season, self.climate.latitude) == Season.SUMMER

    def _is_hot(self, slot: int) -> bool:
        kind = ExtremeWeather.HEAT_WAVE
        window = self._window(kind, slot, HEAT_WAVE_DAYS)
        return self._is_drawn(kind, window, HEAT_WAVE_CHANCE) and self._is_summer(self._middle(window, HEAT_WAVE_DAYS))

    def _is_dry(self, slot: int) -> bool:
        kind = ExtremeWeather.DROUGHT
        if self.climate.here.is_water:
            return False
        return self._is_drawn(kind, self._window(kind, slot, DROUGHT_DAYS), DROUGHT_CHANCE)

    def _hurricane_force(self, slot: int) -> float:
        """Return how strong a hurricane is here, 0 without one."""
        low, high = HURRICANE_LATITUDES
        if not low <= abs(self.climate.latitude) <= high:
            return 0.0
        kind = ExtremeWeather.HURRICANE
        window = self._window(kind, slot, HURRICANE_DAYS)
        if not self._is_drawn(kind, window, HURRICANE_CHANCE):
            return 0.0
        warmer = rules.yearly_swing(self.climate.latitude, self._middle(window, HURRICANE_DAYS))
        if not any(cell.is_water and cell.celsius + warmer > WARM_SEA for cell in self.climate.path[-COAST:]):
            return 0.0
        along = 2 * (slot - window + 1) / (HURRICANE_DAYS * self._day + 1) - 1
        return STRENGTH[kind] * (1 - along * along)

    def _blizzard(self, slot: int) -> Extreme | None:
        cycle = slot // CYCLE
        for begun in range(cycle, cycle - BLIZZARD_CYCLES, -1):
            if self._begins_blizzard(begun):
                kind = ExtremeWeather.BLIZZARD
                return Extreme(kind, STRENGTH[kind], (begun + BLIZZARD_CYCLES) * CYCLE)
        return None

    def _begins_blizzard(self, cycle: int) -> bool:
        if cycle not in self._cold:
            self._cold[cycle] = False
            is_drawn = self._is_drawn(ExtremeWeather.BLIZZARD, cycle, BLIZZARD_CHANCE)
            if is_drawn and self._celsius(cycle * CYCLE, 0) < BLIZZARD_CELSIUS + rules.DAILY_SWING:
                air = self._air(cycle * CYCLE)
                self._cold[cycle] = (
                    air.celsius < BLIZZARD_CELSIUS and air.rain > BLIZZARD_RAIN and air.wind > BLIZZARD_WIND
                )
        return self._cold[cycle]


def _obey(air: _Air, state: WeatherState) -> None:
    """Make air such that the sky does what the owner of the world has set."""
    air.rain, air.wind = 0.0, min(air.wind, 10.0)
    match state:
        case WeatherState.CLEAR:
            air.humidity = min(air.humidity, 20.0)
        case WeatherState.CLOUDY:
            air.humidity = max(air.humidity, 60.0)
        case WeatherState.STORM:
            air.rain, air.wind, air.humidity = 25.0, 20.0, 95.0
        case WeatherState.RAIN:
            air.rain, air.humidity, air.celsius = 6.0, 90.0, max(air.celsius, 1.0)
        case WeatherState.SNOW:
            air.rain, air.humidity, air.celsius = 6.0, 90.0, min(air.celsius, -1.0)


def _rank(noise: float) -> float:
    """Return what share of the time the noise is lower."""
    away = noise / SPREAD
    return 0.5 + 0.5 * away / sqrt(1.3 + away * away)


def _smooth(share: float) -> float:
    return share * share * (3 - 2 * share)
