"""Where villages are: a function of the world's seed, the square and the ground. Pure. Source: worlds 16, 28."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from worlds.generation.biomes import Biome
from worlds.generation.ground import Ground
from worlds.generation.portable import cosine, sine
from worlds.generation.randomness import Stream, stream_key
from worlds.generation.scatter import sown
from worlds.space.cells import squares_near
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_place, is_within, place_at
from worlds.villages.models import ENTRANCE, VillageSite

GroundAt = Callable[[Position], Ground]
RiverFrom = Callable[[Position], Position | None]
"""Returns the nearest place in a river, if there is one around."""

SIDE: Final = 2_000 * METRE
"""Of the squares of which each may have a village."""
SHARE: Final = 0.6
"""Of the squares that have a place for one, if the ground allows it."""
APART: Final = 600 * METRE
"""How far other villages are from the one at the entrance."""

TO_RIVER: Final = 1_000
"""Metres from the place of a square that people go to live by a river."""
SHIFTS: Final = (0, 150, 300)
"""Metres from the place of a square at which people find better ground where there is no river."""
FILLS_WELLS: Final = 600.0
"""Millimetres of rain a year."""
BANKS: Final = (60, 100)
"""Metres from a river at which they build."""
WITHIN: Final = 200 * METRE
"""How far from the edges of its square a river is by which they live, so that villages keep apart."""

FOOD: Final = (Biome.GRASSLAND, Biome.DECIDUOUS_FOREST, Biome.RAINFOREST, Biome.TAIGA)
FORESTS: Final = (Biome.DECIDUOUS_FOREST, Biome.RAINFOREST, Biome.TAIGA)
FLAT: Final = 0.2
"""The steepest that people build on: metres of height for each metre of way."""
BESIDE: Final = 30
"""Metres from the middle at which the slope is measured."""
TO_WATER: Final = (60, 120, 180)
"""Metres at which water is looked for."""
DIRECTIONS: Final = 8
FROM_ENTRANCE: Final = (120, 150, 180, 100, 220, 260, 80)
"""Metres from the entrance at which people live: out of sight of who arrives, and a walk of a few minutes at most."""

HOMES: Final = 7
FEWEST_HOMES: Final = 4
HOUSE_RINGS: Final = (14, 20, 27, 34)
WORK_RINGS: Final = (45, 55, 38, 30)
TRADES: Final = ("farmer", "merchant", "smith", "herbalist")
"""Those that every village has."""
WOOD_TRADES: Final = ("woodcutter", "hunter")
STONE: Final = "miner"
WATER: Final = "fisher"


def sites_near(
    seed: int, space: Space, here: Position, radius: int, entrance: Position | None
) -> Iterator[tuple[str, Position]]:
    """Yield the key of each village that may be within a radius, and the place near which it is: the ground decides.

    Args:
        entrance: of the world; None for none. One village is near it.
    """
    if entrance is not None and is_within(space, here, entrance, radius + max(FROM_ENTRANCE) * METRE):
        yield ENTRANCE, entrance
    for column, row in squares_near(space, here, radius, SIDE):
        for place in sown(stream_key(seed, "villages"), column, row, SIDE, SHARE):
            position = place_at(space, place.x, place.y)
            if position is None or not is_place(space, place.x, place.y):
                continue
            if is_within(space, here, position, radius + (TO_RIVER + max(BANKS)) * METRE):
                yield place.name, position


def site_at(
    seed: int,
    space: Space,
    key: str,
    place: Position,
    entrance: Position | None,
    ground_at: GroundAt,
    river_from: RiverFrom,
) -> VillageSite | None:
    """Return a village with its houses and places of work; None where no one can live.

    Args:
        place: near which it is.
        entrance: of the world.

    Raises:
        TilesMissing
    """
    stream = Stream(seed, f"village/{key}/site")
    turn = stream.unit()
    if key == ENTRANCE:
        spots = (_around(space, place, metres, turn + step / 8) for metres in FROM_ENTRANCE for step in range(8))
        fit = (spot for spot in spots if spot is not None and _is_fit(space, spot, ground_at))
    else:
        fit = (
            spot
            for spot in _fed(space, place, turn, ground_at, river_from)
            if entrance is None or not is_within(space, spot, entrance, APART)
        )
    sites = (_laid_out(stream, space, key, spot, ground_at) for spot in fit)
    return next((site for site in sites if site is not None), None)


def _fed(space: Space, place: Position, turn: float, ground_at: GroundAt, river_from: RiverFrom) -> Iterator[Position]:
    """Yield where there is water, food and level ground: by the river of a square, else near its place."""
    ground = ground_at(place)
    if ground.biome not in FOOD:
        return
    river = river_from(place)
    if river is not None and _is_inside(river, place) and is_within(space, place, river, TO_RIVER * METRE):
        spots = (_around(space, river, metres, turn + step / 8) for metres in BANKS for step in range(8))
        for spot in spots:
            if spot is not None and ground_at(spot).biome in FOOD and _is_fit(space, spot, ground_at):
                yield spot
        return
    for metres in SHIFTS:
        for step in range(4 if metres else 1):
            spot = _around(space, place, metres, turn + step / 4)
            if spot is not None and _feeds(space, spot, ground_at):
                yield spot


def _feeds(space: Space, spot: Position, ground_at: GroundAt) -> bool:
    ground = ground_at(spot)
    if ground.water or ground.biome not in FOOD or not _is_flat(space, spot, ground_at):
        return False
    return ground.rain >= FILLS_WELLS or _nearest_water(space, spot, ground_at) is not None


def _is_inside(river: Position, place: Position) -> bool:
    """Tell whether a river is well within the square of a place."""
    return all(
        each // SIDE == own // SIDE and WITHIN <= each % SIDE < SIDE - WITHIN
        for each, own in zip(river[:2], place[:2], strict=True)
    )


def _is_fit(space: Space, middle: Position, ground_at: GroundAt) -> bool:
    """Tell whether people can build there."""
    return _is_dry(ground_at, middle) and _is_flat(space, middle, ground_at)


def _is_dry(ground_at: GroundAt, spot: Position) -> bool:
    return not ground_at(spot).water


def _is_flat(space: Space, middle: Position, ground_at: GroundAt) -> bool:
    height = ground_at(middle).altitude
    beside = (_around(space, middle, BESIDE, step / 4) for step in range(4))
    return all(spot is not None and abs(ground_at(spot).altitude - height) <= FLAT * BESIDE for spot in beside)


def _nearest_water(space: Space, middle: Position, ground_at: GroundAt) -> tuple[int, float] | None:
    """Return how many metres away there is fresh water, and in which direction; None for none near."""
    for metres in TO_WATER:
        for step in range(DIRECTIONS):
            spot = _around(space, middle, metres, step / DIRECTIONS)
            if spot is not None and ground_at(spot).water in ("river", "lake"):
                return metres, step / DIRECTIONS
    return None


def _laid_out(stream: Stream, space: Space, key: str, middle: Position, ground_at: GroundAt) -> VillageSite | None:
    turn = stream.unit()
    homes: list[Position] = []
    for number in range(HOMES * 3):
        if len(homes) == HOMES:
            break
        ring = HOUSE_RINGS[number % len(HOUSE_RINGS)]
        spot = _around(space, middle, ring, turn + number * 0.381966)
        if spot is not None and _is_dry(ground_at, spot):
            homes.append(spot)
    if len(homes) < FEWEST_HOMES:
        return None
    biome = ground_at(middle).biome
    trades = [*TRADES]
    if biome in FORESTS or stream.unit() < 0.5:
        trades += WOOD_TRADES
    if stream.unit() < 0.5:
        trades.append(STONE)
    places = {"merchant": _around(space, middle, 6, turn) or middle}
    for number, trade in enumerate(trades):
        if trade in places:
            continue
        spots = (_around(space, middle, ring, turn + number / len(trades)) for ring in WORK_RINGS)
        dry = (spot for spot in spots if spot is not None and _is_dry(ground_at, spot))
        places[trade] = next(dry, homes[number % len(homes)])
    bank = _bank(space, middle, ground_at)
    if bank is not None:
        places[WATER] = bank
    return VillageSite(key, middle, homes, places)


def _bank(space: Space, middle: Position, ground_at: GroundAt) -> Position | None:
    """Return a dry place close to the nearest water."""
    found = _nearest_water(space, middle, ground_at)
    if found is None:
        return None
    metres, turn = found
    for nearer in range(metres - 4, 20, -4):
        spot = _around(space, middle, nearer, turn)
        if spot is not None and _is_dry(ground_at, spot):
            return spot
    return None


def _around(space: Space, middle: Position, metres: int, turn: float) -> Position | None:
    away = metres * METRE
    return place_at(space, middle.x + round(away * cosine(turn % 1)), middle.y + round(away * sine(turn % 1)))
