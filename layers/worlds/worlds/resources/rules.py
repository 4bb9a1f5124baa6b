"""Where resource grounds are, and how they grow again. Pure. Source: worlds 23.1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from msgspec.structs import replace

from worlds.generation.biomes import Biome
from worlds.generation.goods import GoodShares, share_of
from worlds.generation.ground import GroundCover
from worlds.generation.randomness import Stream, stream_key
from worlds.generation.scatter import Ring, Sown, clustered, draw, sown
from worlds.resources.content import Group, Rarity, ResourceKind, resources
from worlds.resources.models import ResourceGround, Stock
from worlds.space.cells import SIDE, squares_near
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_place, is_within, place_at
from worlds.time.rules import HOUR

CoverAt = Callable[[Position], GroundCover]
BiomeAt = Callable[[Position], Biome]

DENSITIES: Final[Mapping[Rarity, tuple[float, float]]] = {
    Rarity.COMMON: (1.0, 3.0),
    Rarity.UNCOMMON: (0.3, 1.0),
    Rarity.RARE: (0.05, 0.2),
}
"""Of each kind, in a square kilometre where it is at home; each world has its own number."""
LUSH: Final = 1.5
"""How many times more plants there are."""
SQUARES: Final = 100
"""In a square kilometre."""
CLUSTER: Final = (Ring(0.6, 2, 5, 50 * METRE, 200 * METRE),)
REACH: Final = CLUSTER[0].far
RICH: Final = 0.05
RICH_QUANTITY: Final = 3
RICH_REGROWTH: Final = 2
RICH_LEVEL: Final = 10
PER_ANIMAL: Final = 2
"""What a ground has at most, for each animal that lives there."""
GROWS_IN: Final = 24 * HOUR
PLANTS: Final = 0
"""The kind of species that are no animals, as deep time numbers them."""


@lru_cache(maxsize=16)
def densities(seed: int, shares: GoodShares = ()) -> Mapping[str, float]:
    """Return {kind: how many of it a world has in a square kilometre where it is at home}; clusters come on top.

    Args:
        shares: of what its people want of the ground; the larger a kind's, the nearer it is to the most that there is.
    """
    found: dict[str, float] = {}
    for kind in resources.by_key.values():
        low, high = DENSITIES[kind.rarity]
        usual = Stream(seed, f"density/{kind.key}").between(low, high)
        wanted = usual + (high - usual) * share_of(kind.goods, shares)
        found[kind.key] = wanted * (LUSH if kind.group is Group.PLANT else 1)
    return found


def grounds_near(
    seed: int,
    space: Space,
    centre: Position,
    radius: int,
    cover_at: CoverAt,
    biome_at: BiomeAt,
    shares: GoodShares = (),
) -> list[ResourceGround]:
    """Return the resource grounds within a radius in decimetres, in the order of their keys.

    Args:
        cover_at: asked for places within the radius only. A cluster ends where the ground changes.
        biome_at: of the cell that a place is in; cheaper, and asked first.
        shares: of what the people of the world want of the ground.
    """
    found: list[ResourceGround] = []
    for column, row in squares_near(space, centre, radius + REACH, SIDE):
        for place, kind in _places(seed, space, column, row, shares):
            position = place_at(space, place.x, place.y)
            if position is None or not is_within(space, centre, position, radius):
                continue
            if biome_at(position) in kind.biomes and is_at_home(kind, cover_at(position)):
                found.append(ground_of(place, kind, position))
    return sorted(found, key=lambda each: each.key)


def is_at_home(kind: ResourceKind, cover: GroundCover) -> bool:
    """Tell whether something is found on a piece of ground: in the sea, or on dry land."""
    return cover.biome in kind.biomes and cover.water == ("sea" if cover.biome == Biome.OCEAN else "")


def ground_of(place: Sown, kind: ResourceKind, position: Position) -> ResourceGround:
    """Return the resource ground at a place."""
    low, high = kind.quantity
    is_rich = draw(place.key, 1) < RICH
    return ResourceGround(
        key=place.name,
        kind=kind,
        position=position,
        most=(low + int(draw(place.key, 2) * (high - low + 1))) * (RICH_QUANTITY if is_rich else 1),
        regrowth=kind.regrowth * (RICH_REGROWTH if is_rich else 1),
        level=kind.level + (RICH_LEVEL if is_rich else 0),
        is_rich=is_rich,
    )


@lru_cache(maxsize=4_000)
def _places(
    seed: int, space: Space, column: int, row: int, shares: GoodShares
) -> tuple[tuple[Sown, ResourceKind], ...]:
    """Return what would be in a square if every kind were at home there, with what is around it."""
    kinds, sums = _choices(seed, shares)
    found: list[tuple[Sown, ResourceKind]] = []
    for place in sown(stream_key(seed, "resources"), column, row, SIDE, sums[-1] / SQUARES):
        if not is_place(space, place.x, place.y):
            continue  # what a square has beyond the seam belongs to another one
        kind = kinds[min(bisect_right(sums, draw(place.key, 0) * sums[-1]), len(kinds) - 1)]
        rings = () if kind.group is Group.ANIMAL else CLUSTER
        found += [(each, kind) for each in clustered(place, rings)]
    return tuple(found)


@lru_cache(maxsize=16)
def _choices(seed: int, shares: GoodShares) -> tuple[tuple[ResourceKind, ...], tuple[float, ...]]:
    wanted = densities(seed, shares)
    return tuple(resources.by_key[key] for key in wanted), tuple(accumulate(wanted.values()))


def capacity(ground: ResourceGround, population: float | None = None) -> float:
    """Return the most that a ground has.

    Args:
        population: how many of its animals live there; None where that is not counted.
    """
    if population is None or ground.kind.group is not Group.ANIMAL:
        return ground.most
    return min(ground.most, PER_ANIMAL * population)


def settled(ground: ResourceGround, stock: Stock | None, now: int, population: float | None = None) -> Stock:
    """Return what a ground has now: it grows evenly once it has rested, up to the most that it has.

    It is the same whether it was looked at in between or not.

    Args:
        stock: None for a ground that no one has gathered from.
        now: milliseconds of the world's time.
    """
    most = capacity(ground, population)
    if stock is None:
        return Stock(most, now, now)
    grown = max(0, now - max(stock.settled_at, stock.rests_until)) * ground.regrowth / GROWS_IN
    return replace(stock, quantity=min(most, stock.quantity + grown), settled_at=max(now, stock.settled_at))


def population_at(generation: Mapping[str, Any], biome: Biome) -> float | None:
    """Return how many animals live in a part of a world: 0 where they have died out, None where no one counts them.

    Args:
        generation: of a world; its deep time knows what lives where, if it has gone on.
    """
    seen = generation.get("deep_time", {}).get("seen", {})
    homes = seen.get("homes") or {}
    if not homes and not seen.get("extinctions"):
        return None
    return None if any(each["kind"] != PLANTS and biome in each["biomes"] for each in homes.values()) else 0
