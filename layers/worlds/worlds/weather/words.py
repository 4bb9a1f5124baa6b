"""The weather in words: what one sees, what comes, and what one is told of a change. Pure. Source: worlds 12, 27."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.texts import listed, to_translate, translate, translate_n
from worlds.time.rules import moment
from worlds.weather.models import CYCLE, SLOT, ExtremeWeather, Weather, WeatherChange, WeatherState
from worlds.weather.sky import Sky

SOON: Final = CYCLE // 2
"""Slots: what comes within three hours is near."""
MOST_FORECAST: Final = 6
"""Changes in a forecast."""

SKIES: Final[Mapping[WeatherState, str]] = {
    WeatherState.CLEAR: to_translate("The sky is clear."),
    WeatherState.CLOUDY: to_translate("Clouds cover the sky."),
    WeatherState.RAIN: to_translate("It is raining."),
    WeatherState.STORM: to_translate("A storm is raging."),
    WeatherState.SNOW: to_translate("It is snowing."),
}
NAMES: Final[Mapping[WeatherState, str]] = {
    WeatherState.CLEAR: to_translate("clear sky"),
    WeatherState.CLOUDY: to_translate("clouds"),
    WeatherState.RAIN: to_translate("rain"),
    WeatherState.STORM: to_translate("storm"),
    WeatherState.SNOW: to_translate("snow"),
}
NEAR: Final[Mapping[WeatherState, str]] = {
    WeatherState.RAIN: to_translate("Rain is near."),
    WeatherState.STORM: to_translate("A storm is near."),
    WeatherState.SNOW: to_translate("Snow is near."),
}
BEGINS: Final[Mapping[WeatherState, str]] = {
    WeatherState.CLEAR: to_translate("The sky clears."),
    WeatherState.CLOUDY: to_translate("Clouds draw over the sky."),
    WeatherState.RAIN: to_translate("It begins to rain."),
    WeatherState.STORM: to_translate("A storm breaks."),
    WeatherState.SNOW: to_translate("It begins to snow."),
}
ENDS: Final[Mapping[WeatherState, str]] = {
    WeatherState.RAIN: to_translate("The rain stops."),
    WeatherState.STORM: to_translate("The storm is over."),
    WeatherState.SNOW: to_translate("It stops snowing."),
}
EXTREMES: Final[Mapping[ExtremeWeather, str]] = {
    ExtremeWeather.HURRICANE: to_translate("A hurricane is raging."),
    ExtremeWeather.BLIZZARD: to_translate("A blizzard is raging."),
    ExtremeWeather.DROUGHT: to_translate("The land is dry: there is a drought."),
    ExtremeWeather.HEAT_WAVE: to_translate("The air is hot: there is a heat wave."),
}
EXTREMES_END: Final[Mapping[ExtremeWeather, str]] = {
    ExtremeWeather.HURRICANE: to_translate("The hurricane is over."),
    ExtremeWeather.BLIZZARD: to_translate("The blizzard is over."),
    ExtremeWeather.DROUGHT: to_translate("The drought is over."),
    ExtremeWeather.HEAT_WAVE: to_translate("The heat wave is over."),
}
WILD: Final = (ExtremeWeather.HURRICANE, ExtremeWeather.BLIZZARD)
"""What fills the sky, so that nothing else is said of it."""


def in_words(now: Weather, near: WeatherState | None) -> str:
    """Return in plain words what the sky does, and what weather is near."""
    return _sky(now) if near is None else f"{_sky(now)} {translate(NEAR[near])}"


def near_state(sky: Sky, slot: int) -> WeatherState | None:
    """Return the weather that is near; None for none, and while it rains or snows already."""
    if sky.at(slot).state in ENDS:
        return None
    coming = (sky.at(slot + later).state for later in range(1, SOON + 1))
    return next((state for state in coming if state in NEAR), None)


def report(sky: Sky, slot: int, hours_per_day: int, minutes: int) -> str:
    """Return all about the weather, and what comes.

    Args:
        minutes: of game time since the slot began.
    """
    now = sky.at(slot)
    lines = [
        summary(now),
        translate(
            "Humidity {humidity} %, pressure {pressure} millibars. You can see {sight}.",
            humidity=now.humidity,
            pressure=round(now.pressure),
            sight=_far(now.sight),
        ),
        _forecast(sky, slot, hours_per_day, minutes),
    ]
    if now.extreme:
        lines.insert(1, translate("It lasts until day {day}.", day=moment(now.extreme.until * SLOT, hours_per_day).day))
    return "\n".join(lines)


def summary(now: Weather) -> str:
    """Return the weather in two sentences: "It is raining. It is 12 °C, with a wind of 9 m/s from the west."."""
    measured = translate(
        "It is {celsius} °C, with a wind of {speed} m/s from the {direction}.",
        celsius=round(now.celsius),
        speed=round(now.wind),
        direction=translate(now.wind_from),
    )
    return f"{_sky(now)} {measured}"


def coming(sky: Sky, slot: int, hours_per_day: int) -> Sequence[Weather]:
    """Return the weather of each slot in which another state begins, within a day of the world or 24 hours."""
    return [*sky.forecast(slot, slot + 2 * min(24, hours_per_day))][1 : 1 + MOST_FORECAST]


def told(change: WeatherChange) -> str:
    """Return what people are told of a change."""
    before, after = change
    parts: list[str] = []
    kinds = [each.extreme.kind if each.extreme else None for each in change]
    if kinds[0] != kinds[1]:
        parts.append(translate(EXTREMES[kinds[1]] if kinds[1] else EXTREMES_END[kinds[0]] if kinds[0] else ""))
    if before.state != after.state and kinds[1] not in WILD:
        if before.state in ENDS:
            parts += [translate(ENDS[before.state]), translate(SKIES[after.state])]
        else:
            parts.append(translate(BEGINS[after.state]))
    if not parts and after.wind > before.wind:
        parts.append(translate("The wind rises to {speed} m/s.", speed=round(after.wind)))
    elif not parts:
        parts.append(translate("The wind drops to {speed} m/s.", speed=round(after.wind)))
    return " ".join(parts)


def as_json(now: Weather) -> dict[str, Any]:
    """Return the weather for programs."""
    return {
        "state": now.state.value,
        "temperature": now.celsius,
        "rain": now.rain,
        "wind_speed": now.wind,
        "wind_from": now.wind_from,
        "humidity": now.humidity,
        "pressure": now.pressure,
        "sight": now.sight,
        "extreme": now.extreme.kind.value if now.extreme else None,
        "summary": summary(now),
    }


def forecast_json(each: Weather, hours_per_day: int) -> dict[str, Any]:
    """Return a change that is forecast, for programs."""
    return {"time": clock_time(each.slot * SLOT, hours_per_day), "state": each.state.value, "temperature": each.celsius}


def clock_time(game_ms: int, hours_per_day: int) -> str:
    """Return the time of day as on a clock: "15:30"."""
    at = moment(game_ms, hours_per_day)
    return f"{at.hour:02}:{at.minute:02}"


def _forecast(sky: Sky, slot: int, hours_per_day: int, minutes: int) -> str:
    changes = coming(sky, slot, hours_per_day)
    hours = min(24, hours_per_day)
    now = translate("It is {time} here.", time=clock_time(slot * SLOT + minutes * 60_000, hours_per_day))
    if changes:
        names = [
            translate(
                "{weather} from {time}",
                weather=translate(NAMES[each.state]),
                time=clock_time(each.slot * SLOT, hours_per_day),
            )
            for each in changes
        ]
        comes = translate("Coming: {changes}.", changes=listed(names))
    else:
        comes = translate_n("It stays like this for an hour.", "It stays like this for {n} hours.", hours)
    celsius = [round(sky.at(slot + later).celsius) for later in range(2 * hours)]
    warmth = translate_n(
        "Within an hour between {low} °C and {high} °C.",
        "Within {n} hours between {low} °C and {high} °C.",
        hours,
        low=min(celsius),
        high=max(celsius),
    )
    return f"{now} {comes} {warmth}"


def _sky(now: Weather) -> str:
    kind = now.extreme.kind if now.extreme else None
    if kind is None:
        return translate(SKIES[now.state])
    if kind in WILD:
        return translate(EXTREMES[kind])
    return f"{translate(SKIES[now.state])} {translate(EXTREMES[kind])}"


def _far(metres: int) -> str:
    if metres < 1_000:
        return translate("{metres} m far", metres=metres)
    return translate("{kilometres} km far", kilometres=metres // 1_000)
