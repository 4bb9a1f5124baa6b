"""What is so at a place, as the conditions of sentences name it, and what the game fills in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.texts import translate
from worlds.describing.models import Area
from worlds.generation.biomes import Biome
from worlds.ground.words import BIOMES, SIDES, WATERS, depth_of, waters_in_words
from worlds.time.models import PartOfDay, Season
from worlds.weather.models import ExtremeWeather, WeatherState

NONE: Final = "none"
WARMTHS: Final = ((0.5, "freezing"), (8.0, "cold"), (15.0, "cool"), (21.0, "mild"), (28.0, "warm"), (999.0, "hot"))
"""(up to how many degrees Celsius, what it feels like)"""
WINDS: Final = ((1.5, "calm"), (8.0, "breeze"), (15.0, "strong"), (999.0, "gale"))
"""(up to how many metres a second, what it is called)"""
WADED: Final = 1.2
"""Metres of water in which one stands."""
LIGHTS: Final[Mapping[PartOfDay, str]] = {
    PartOfDay.NIGHT: "night",
    PartOfDay.DAWN: "dim",
    PartOfDay.MORNING: "day",
    PartOfDay.NOON: "day",
    PartOfDay.AFTERNOON: "day",
    PartOfDay.DUSK: "dim",
    PartOfDay.EVENING: "night",
}
FORESTS: Final = frozenset({Biome.TAIGA, Biome.DECIDUOUS_FOREST, Biome.RAINFOREST})

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "view": ("standing", "flying"),
    "biome": tuple(biome.name.lower().replace("_", " ") for biome in Biome),
    "water": ("land", "sea", "lake", "river"),
    "depth": (NONE, "shallow", "deep"),
    "slope": (NONE, "level", "rises", "steep"),
    "waters": (NONE, "some"),
    "sky": tuple(state.value for state in WeatherState),
    "extreme": (NONE, *(kind.value for kind in ExtremeWeather)),
    "near": (NONE, "rain", "storm", "snow"),
    "warmth": tuple(name for _, name in WARMTHS),
    "wind": tuple(name for _, name in WINDS),
    "light": ("day", "dim", "night"),
    "part": tuple(part.value for part in PartOfDay),
    "season": (NONE, *(season.value.lower() for season in Season)),
    "moons": (NONE, "one", "two", "many"),
    "canopy": ("yes", "no"),
    "thing": (NONE, "some"),
    "company": (NONE, "one", "many"),
}
"""{fact: its values}"""
SLOTS: Final = (
    "biome",
    "waterbody",
    "depth",
    "height",
    "uphill",
    "waters",
    "from",
    "thing",
    "metres",
    "bearing",
    "people",
    "moons",
)
"""What the game fills in."""


def facts_of(area: Area) -> dict[str, str]:
    """Return a value for each of `FACTS`."""
    ground, weather = area.seen.ground, area.weather
    is_flying = area.height is not None
    depth = NONE
    if ground.water == "sea":
        depth = "shallow" if -ground.altitude <= WADED else "deep"
    return {
        "view": "flying" if is_flying else "standing",
        "biome": ground.biome.name.lower().replace("_", " "),
        "water": ground.water or "land",
        "depth": depth,
        "slope": area.seen.slope or NONE,
        "waters": "some" if area.seen.waters else NONE,
        "sky": weather.state.value,
        "extreme": weather.extreme.kind.value if weather.extreme else NONE,
        "near": area.coming.value if area.coming else NONE,
        "warmth": next(name for limit, name in WARMTHS if weather.celsius <= limit),
        "wind": next(name for limit, name in WINDS if weather.wind <= limit),
        "light": LIGHTS[area.part],
        "part": area.part.value,
        "season": area.season.value.lower() if area.season else NONE,
        "moons": FACTS["moons"][min(seen_moons(area), 3)],
        "canopy": "yes" if ground.biome in FORESTS and not ground.water and not is_flying else "no",
        "thing": "some" if area.thing else NONE,
        "company": NONE if not area.others else "one" if area.others == 1 else "many",
    }


def seen_moons(area: Area) -> int:
    """Return how many moons one sees: in a clear night, those that are up."""
    return area.moons if LIGHTS[area.part] == "night" and area.weather.state is WeatherState.CLEAR else 0


def slots_of(area: Area) -> dict[str, str]:
    """Return what is filled in for each of `SLOTS`; "" where there is nothing to say."""
    ground, thing = area.seen.ground, area.thing
    return {
        "biome": translate(BIOMES[ground.biome]),
        "waterbody": translate(WATERS[ground.water]) if ground.water else "",
        "depth": depth_of(ground) if ground.water == "sea" else "",
        "height": "" if area.height is None else str(area.height),
        "uphill": translate(SIDES[area.seen.uphill]),
        "waters": waters_in_words(area.seen),
        "from": translate(area.weather.wind_from),
        "thing": thing.name if thing else "",
        "metres": str(thing.metres) if thing else "",
        "bearing": translate(SIDES[thing.side]) if thing else "",
        "people": str(area.others),
        "moons": str(area.moons),
    }
