"""The command weather: what it is like, what comes, and what the owner of a world sets. Source: worlds 5, 12."""

from __future__ import annotations

from typing import Final

from kernel.naming import quoted
from kernel.texts import alternatives, translate
from worlds.acting.models import CommandOutcome, GameMessage, PlayerPost, Scene
from worlds.acting.needs import Needs
from worlds.commands.models import Parsed
from worlds.time.rules import MINUTE
from worlds.weather import words
from worlds.weather.local import sky_over
from worlds.weather.models import CYCLE, SLOT, NoWeather, UnknownWeather, WeatherState
from worlds.world.events import WeatherSet

LASTS: Final = CYCLE
"""Slots for which the weather stays as the owner has set it: six hours of game time."""


def weather(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Read the weather and the forecast; or set it, as the owner of the world.

    Raises:
        NoWeather, UnknownWeather, TilesMissing
    """
    if scene.ground is None:
        raise NoWeather(name=scene.world.name)
    if parsed.words:
        return _set(scene, parsed.words[0], parsed.rest)
    hours = scene.world.time.hours_per_day
    slot, after = divmod(scene.world.time.at(scene.now), SLOT)
    sky = sky_over(scene.world, scene.ground, scene.me.position)
    metadata = {
        "weather": words.as_json(sky.at(slot)),
        "forecast": [words.forecast_json(each, hours) for each in words.coming(sky, slot, hours)],
    }
    return CommandOutcome(messages=[GameMessage("info", words.report(sky, slot, hours, after // MINUTE), metadata)])


def of_the_weather(parsed: Parsed) -> Needs:
    """Return the needs: the ground decides about the weather, and who sets it changes the world."""
    return Needs(ground=True, world=bool(parsed.words))


def _set(scene: Scene, typed: str, written: str) -> CommandOutcome:
    if typed not in [*WeatherState]:
        raise UnknownWeather(typed=quoted(written), names=alternatives([each.value for each in WeatherState]))
    here, state = scene.world, WeatherState(typed)
    slot = here.time.at(scene.now) // SLOT
    event = WeatherSet(world_id=here.world_id, state=state.value, since=slot, until=slot + LASTS)
    known = here.weather
    is_set = known is not None and (known.state, known.until) == (event.state, event.until)
    until = words.clock_time(event.until * SLOT, here.time.hours_per_day)
    name = translate(words.NAMES[state])
    told = GameMessage("system", translate("The weather turns: {weather}.", weather=name))
    return CommandOutcome(
        world_events=[] if is_set else [event],
        messages=[
            GameMessage(
                "action",
                translate(
                    "You set the weather of {world}: {weather} until {time}.", world=here.name, weather=name, time=until
                ),
            )
        ],
        posts=[] if is_set else [PlayerPost(each.character_id, told) for each in scene.people],
    )
