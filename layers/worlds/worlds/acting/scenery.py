"""What a description mentions besides things and people, and one may look at, too: water, sky, moons, ground. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import hypot
from typing import Final, TypeVar

from msgspec import Struct

from kernel.texts import to_translate, translate
from worlds.acting.models import Scene
from worlds.acting.villagers import WORKPLACES
from worlds.commands.matching import find
from worlds.commands.models import TargetNotFound
from worlds.describing.facts import LIGHTS, seen_moons
from worlds.describing.models import Area
from worlds.generation.biomes import Biome
from worlds.ground import words as ground_words
from worlds.ground.models import Terrain
from worlds.ground.seeing import ways_to_water
from worlds.space.models import METRE, Position
from worlds.space.rules import offset, place_at
from worlds.weather import moons
from worlds.weather import words as weather_words
from worlds.weather.models import WeatherState

T = TypeVar("T")
Way = tuple[int, int]
"""Decimetres to the east and to the north."""

BEFORE_A_PLACE: Final = 3 * METRE
"""How far from the middle of a village, or of a place in it, one stops."""
WATERS: Final = {"sea": to_translate("sea"), "lake": to_translate("lake"), "river": to_translate("river")}
GROUNDS: Final = {
    Biome.OCEAN: "bottom",
    Biome.ALPINE: "rock, snow",
    Biome.TUNDRA: "tundra",
    Biome.TAIGA: "forest, trees, spruce, larch",
    Biome.GRASSLAND: "grassland, grass",
    Biome.DECIDUOUS_FOREST: "forest, trees, oak, birch",
    Biome.RAINFOREST: "rainforest, forest, trees",
    Biome.DESERT: "desert, sand",
}
SKIES: Final = {
    WeatherState.CLEAR: "sky, weather",
    WeatherState.CLOUDY: "sky, weather, clouds",
    WeatherState.RAIN: "sky, weather, clouds, rain",
    WeatherState.STORM: "sky, weather, clouds, storm",
    WeatherState.SNOW: "sky, weather, clouds, snow",
}


class Scenery(Struct, frozen=True):
    """A part of the place itself.

    Attributes:
        names: under which it is found; the first one is shown.
        text: what one sees of it.
        way: to where one can walk to be at it; None for what no way leads to.
        is_far: one walks there in stages.
    """

    names: Sequence[str]
    text: str
    way: Way | None = None
    is_far: bool = False

    @property
    def name(self) -> str:
        """The name under which it is shown."""
        return self.names[0]


def find_with_scenery(
    scene: Scene, seen: Iterable[T], typed: str, names_of: Callable[[T], Sequence[str]], area: Callable[[], Area | None]
) -> T | Scenery:
    """Return the thing, the person or, where none is meant, the part of the place that a typed name fits.

    Raises:
        TargetNotFound, TargetUnclear, TooFewTargets, TilesMissing
    """
    try:
        return find(seen, typed, names_of)
    except TargetNotFound as error:
        place = area()
        if place is None or scene.ground is None:
            raise
        try:
            return find([*_seen(scene, scene.ground, place)], typed, lambda each: each.names)
        except TargetNotFound:
            raise error from None


def _seen(scene: Scene, ground: Terrain, area: Area) -> Iterator[Scenery]:
    here = area.seen.ground
    if here.water:
        yield Scenery((translate(WATERS[here.water]), translate("water")), ground_words.standing(here), (0, 0))
    for water, way in ways_to_water(scene.world.space, ground, area.position, here).items():
        name, side = translate(WATERS[water]), ground_words.side(*way)
        shore = _to_the_shore(scene, ground, area, water, way)
        metres = round(hypot(*shore) / METRE)
        if metres:
            text = translate("{name}: {metres} m {side}.", name=name.capitalize(), metres=metres, side=side)
        else:
            text = translate("{name}: beside you, {side}.", name=name.capitalize(), side=side)
        yield Scenery((name, translate("water")), text, shore)
    yield from _villages(scene)
    overhead = [weather_words.in_words(area.weather, area.coming)]
    names = SKIES[area.weather.state]
    sees_stars = LIGHTS[area.part] == "night" and area.weather.state is WeatherState.CLEAR
    if sees_stars:
        overhead += [translate("The stars are out."), moons.in_words(seen_moons(area))]
        names += ", stars"
    yield Scenery(names.split(", "), " ".join(filter(None, overhead)))
    if all_of_them := len(moons.moons_of(scene.world.generation)):
        text = moons.of_all(all_of_them, area.moons, seen=sees_stars)
        yield Scenery(("moon", "moons"), text)
    yield Scenery(("ground", *GROUNDS[here.biome].split(", ")), ground_words.in_words(area.seen), (0, 0))


def _villages(scene: Scene) -> Iterator[Scenery]:
    for number, village in enumerate(scene.villages):
        names = (village.name, translate("village")) if number == 0 else (village.name,)
        yield _far(scene, names, village.site.centre)
    for village in scene.villages[:1]:
        yield _far(scene, (translate("well"),), village.site.centre)
        for trade, place in village.site.places.items():
            if trade in WORKPLACES:
                yield _far(scene, (translate(WORKPLACES[trade]),), place)


def _far(scene: Scene, names: Sequence[str], place: Position) -> Scenery:
    east, north, _ = offset(scene.world.space, scene.me.position, place)
    away = hypot(east, north)
    part = max(0.0, 1 - BEFORE_A_PLACE / away) if away else 0.0
    side = ground_words.side(east, north)
    text = translate("{name}: {metres} m {side}.", name=names[0].capitalize(), metres=round(away / METRE), side=side)
    return Scenery(names, text, (round(east * part), round(north * part)), is_far=True)


def _to_the_shore(scene: Scene, ground: Terrain, area: Area, water: str, way: Way) -> Way:
    """Return the way to water as far as one stays out of it."""
    before = (0, 0)
    steps = max(1, round(hypot(*way) / METRE))
    for step in range(1, steps + 1):
        now = (way[0] * step // steps, way[1] * step // steps)
        place = place_at(scene.world.space, area.position.x + now[0], area.position.y + now[1])
        if place is None or ground.cover(place).water == water:
            break
        before = now
    return before
