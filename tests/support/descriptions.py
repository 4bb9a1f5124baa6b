"""Rules that check a description against what is so at a place, for tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Final
from uuid import UUID

from tests.support.grounds import TINY, made_ground
from worlds.describing.areas import area_of
from worlds.describing.facts import facts_of
from worlds.describing.models import Area
from worlds.generation.ground import Land
from worlds.generation.tiles import Tile, key_of
from worlds.ground.models import Terrain
from worlds.space.models import Position, sphere
from worlds.time.rules import DAYS_PER_YEAR, HOUR
from worlds.weather.sky import Sky
from worlds.world.models import World, WorldTime

BEGAN: Final = datetime.fromtimestamp(0, UTC)
Facts = Mapping[str, str]


def _in(name: str, *values: str) -> Callable[[Area, Facts], bool]:
    return lambda area, facts: facts[name] in values


def _has_snow(facts: Facts) -> bool:
    return facts["biome"] == "alpine" and facts["warmth"] in ("freezing", "cold", "cool")


def _water(kind: str) -> Callable[[Area, Facts], bool]:
    return lambda area, facts: facts["water"] == kind or any(water == kind for water, _ in area.seen.waters)


RULES: Final[tuple[tuple[str, Callable[[Area, Facts], bool]], ...]] = (
    (
        r"\b(sun|sunlight|sunlit|shade|shadow)\b(?! of)",
        lambda a, f: f["light"] == "day" and f["sky"] in ("clear", "cloudy"),
    ),
    (r"\b(sun|sunlight|sunlit)\b", _in("sky", "clear")),
    (r"\bstars\b|\bstarlight\b", lambda a, f: f["light"] == "night" and f["sky"] == "clear"),
    (r"\bmoons?\b", lambda a, f: f["light"] == "night" and f["sky"] == "clear" and a.moons > 0),
    (
        r"\b(dark|black as ink|night bird)\b(?! spruces)",
        lambda a, f: f["light"] == "night" or "with rain" in f.get("", "with rain"),
    ),
    (r"\b(clear sky|sky is clear|not a cloud)\b|\bsky overhead is clear\b", _in("sky", "clear")),
    (r"\b(clouds?|overcast)\b", lambda a, f: f["sky"] == "cloudy" or f["sky"] == "clear"),
    (r"\b(overcast|clouds cover|sheet of clouds|lid of clouds)\b", _in("sky", "cloudy")),
    (r"\b(raining|rain falls|the rain|dripping|wet through|drop by drop)\b", _in("sky", "rain", "storm")),
    (r"\bstorm\b(?! is near| on the way)(?<!a storm)", _in("sky", "storm")),
    (r"\b(snowing|snow falls|flakes|snow is coming)\b", lambda a, f: f["sky"] == "snow"),
    (r"\bsnow\b", lambda a, f: f["sky"] in ("snow", "storm") or _has_snow(f) or f["near"] == "snow"),
    (r"\bmeltwater\b", lambda a, f: _has_snow(f)),
    (r"\b(onto the|for) lea(f|ves)\b", _in("biome", "deciduous forest", "rainforest")),
    (r"\b(rain|storm|snow) is near\b", lambda a, f: f["near"] != "none"),
    (r"\bhurricane\b", _in("extreme", "hurricane")),
    (r"\bblizzard\b", _in("extreme", "blizzard")),
    (r"\bdrought\b", _in("extreme", "drought")),
    (r"\bheat wave\b", _in("extreme", "heat wave")),
    (r"\b(freezing|freezes|frozen|brittle with cold|stiff with cold)\b", _in("warmth", "freezing")),
    (r"\b(is cold|air is cold|cold bites|cold creeps|bitterly)\b", _in("warmth", "freezing", "cold")),
    (r"\b(warm|warmth)\b(?! nor)", _in("warmth", "warm")),
    (r"\bhot\b|\bheat\b(?! wave)", _in("warmth", "warm", "hot")),
    (r"\b(no wind|breath of wind|air stands still|nothing stirs|almost flat|smooth as glass)\b", _in("wind", "calm")),
    (r"\b(breeze|light wind)\b", _in("wind", "breeze")),
    (r"\b(blows hard|strong wind|lean into)\b(?! the slope)", lambda a, f: f["wind"] == "strong" or "slope" in f),
    (r"\bgale\b", _in("wind", "gale")),
    (
        r"\b(tears at|gust after gust|between two gusts|sideways|rises to a howl|whistles in)\b",
        _in("wind", "strong", "gale"),
    ),
    (r"\b(oak|oaks|birch|birches|hazel|acorn)\b", _in("biome", "deciduous forest")),
    (r"\b(spruces?|larch|larches|resin)\b", _in("biome", "taiga")),
    (
        r"\b(trees?|trunks?|branch|branches|forest|treetops)\b",
        lambda a, f: "forest" in f["biome"] or f["biome"] == "taiga" or f["water"] != "land",
    ),
    (r"\b(rainforest|orchids|parrots|creepers?)\b", _in("biome", "rainforest")),
    (r"\bdesert\b", _in("biome", "desert")),
    (r"\btundra\b", _in("biome", "tundra")),
    (r"\bgrassland\b", _in("biome", "grassland")),
    (r"\bbare rock\b", _in("biome", "alpine")),
    (r"\bsea\b", _water("sea")),
    (r"\blake\b", _water("lake")),
    (r"\briver\b", _water("river")),
    (
        r"\b(anthers|anemones|first flowers|just opening|new growth)\b",
        lambda a, f: f["season"] == "spring" and f["warmth"] != "freezing",
    ),
    (r"\b(full leaf|heavy with seed)\b", _in("season", "summer")),
    (r"\b(copper and|yellow and copper|turned to gold|colour of straw)\b", _in("season", "autumn")),
    (r"\b(branches bare|larches bare)\b", _in("season", "winter")),
    (r"\bground is level\b|\bit is level\b", _in("slope", "level")),
    (r"\bground rises\b(?! steeply)", _in("slope", "rises")),
    (r"\brises steeply\b", _in("slope", "steep")),
    (r"\b(bees|grasshoppers|crickets|lark)\b", _in("warmth", "mild", "warm", "hot")),
    (r"\bthunder|lightning\b", lambda a, f: f["sky"] == "storm" and f["warmth"] != "freezing"),
    (r"\b(not alone|company|someone else|someone is)\b", lambda a, f: a.others > 0),
)
"""(what a text says, whether that is so)"""


def contradictions(area: Area, text: str) -> list[str]:
    """Return what a description says that is not so."""
    facts = facts_of(area)
    found = [(re.search(said, text, re.IGNORECASE), is_so) for said, is_so in RULES]
    wrong = [match.group(0) for match, is_so in found if match and not is_so(area, facts)]
    return [*wrong, *re.findall(r"[{}]|\s\s|\s[.,;]|\.\.", text)]


@cache
def terrain_of(seed: int) -> Terrain:
    """Return the whole ground of a small world."""
    tiles = {key_of(number): Tile(content) for number, content in made_ground(seed).tiles}
    return Terrain(Land(seed, TINY.size, 10_000), tiles)


def area_at(seed: int, position: Position, game_ms: int, perception: int, **seen: object) -> Area:
    """Return a place of a small world at a moment of its time, in any weather that there is."""
    world = World(
        world_id=UUID(int=seed),
        version=1,
        name="Gaia",
        space=sphere(),
        owner_id=None,
        time=WorldTime(game_ms, BEGAN),
        created_at=BEGAN,
    )
    terrain = terrain_of(seed)
    sky = Sky(seed, terrain.climate(position))
    return area_of(world, terrain, sky, position, BEGAN, perception, **seen)  # type: ignore[arg-type]


def sampled(count: int, seeds: range, *, rng: Random) -> Iterator[tuple[int, Position, int]]:
    """Yield places as (seed of the world, position, game time), three quarters of them on land."""
    for number in range(count):
        seed = rng.choice(seeds)
        while True:
            position = Position(rng.randrange(100_000), rng.randrange(-24_000, 24_000))
            if number % 4 == 0 or terrain_of(seed).at(position).water != "sea":
                break
        yield seed, position, rng.randrange(DAYS_PER_YEAR * 24 * HOUR)
