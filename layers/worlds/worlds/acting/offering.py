"""What the ground offers to who stands on it: places to gather, and ore that comes to the surface. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any, Final

from msgspec import Struct

from kernel.texts import translate
from worlds.acting.models import Scene
from worlds.acting.needs import SIGHT
from worlds.generation.biomes import Biome
from worlds.ground.models import Terrain
from worlds.ground.words import side
from worlds.minerals.content import DepositKind, minerals
from worlds.minerals.models import PlanetGeology, Site, Vein
from worlds.minerals.planets import planet_of
from worlds.minerals.rules import site_of, veins_near
from worlds.resources.content import Group, ResourceKind
from worlds.resources.models import ResourceGround, Stock, key_of_vein
from worlds.resources.rules import grounds_near, population_at, settled
from worlds.space.models import METRE, Position
from worlds.space.rules import offset, squared_distance

FAR: Final = 200 * METRE
"""How far one sees a stand of trees, or bare rock."""
THIN: Final = 0.75
"""Of what there was, below which one sees that something is missing."""
MOST_OFFERED: Final = 8
"""Places that are named when one looks around, the nearest ones."""


class Offer(Struct, frozen=True, kw_only=True):
    """Something that the ground offers at a place.

    Attributes:
        key: tells it from all others of its world.
        kind: resource, outcrop, or vein for a hidden one that who looks has found.
        what: the key of its kind in the content.
        away: decimetres to the east and to the north.
        left: the share of what it has when no one has gathered there.
        is_empty: there is not one whole unit left.
        source: what it is.
    """

    key: str
    kind: str
    what: str
    name: str
    description: str
    position: Position
    squared_distance: float
    away: tuple[int, int]
    is_rich: bool = False
    left: float
    is_empty: bool
    source: ResourceGround | Vein


def offered(scene: Scene, at: Position | None = None, radius: int = FAR) -> list[Offer]:
    """Return what one sees, the nearest first; nothing in a world without ground of its own.

    Args:
        at: where one is, if not where the scene has one.
        radius: decimetres.

    Raises:
        TilesMissing
    """
    terrain, world, here = scene.ground, scene.world, at or scene.me.position
    if terrain is None:
        return []
    planet = planet_of(world.generation)

    def biome_at(position: Position) -> Biome:
        return terrain.cell(position)[1].biome

    def seen(kind: str, what: ResourceKind | DepositKind, source: ResourceGround | Vein) -> Offer:
        most = source.most if isinstance(source, ResourceGround) else source.quantity
        quantity = stock_of(scene, source).quantity
        return Offer(
            key=source.key,
            kind=kind,
            what=what.key,
            name=what.name,
            description=what.description,
            position=source.position,
            squared_distance=squared_distance(world.space, here, source.position),
            away=offset(world.space, here, source.position)[:2],
            is_rich=isinstance(source, ResourceGround) and source.is_rich,
            left=quantity / most,
            is_empty=quantity < 1,
            source=source,
        )

    found = [
        seen("resource", each.kind, each)
        for each in grounds_near(planet.seed, world.space, here, radius, terrain.cover, biome_at, planet.shares)
    ]
    found += [
        seen("outcrop" if each.is_visible else "vein", minerals.deposits[each.deposit], each)
        for each in veins_near(planet, world.space, here, radius, site_around(planet, terrain))
        if each.is_visible or each.key in scene.prospect.found
    ]
    return sorted(found, key=lambda each: (each.squared_distance, each.key))


def stock_of(scene: Scene, source: ResourceGround | Vein) -> Stock:
    """Return what a place has now. Ore does not grow again."""
    world = scene.world
    now = world.time.at(scene.now)
    if isinstance(source, Vein):
        return scene.stocks.get(key_of_vein(source.key), Stock(source.quantity, now, now))
    population = None
    if source.kind.group is Group.ANIMAL and scene.ground is not None:
        population = population_at(world.generation, scene.ground.cover(source.position).biome)
    return settled(source, scene.stocks.get(source.key), now, population)


def site_around(planet: PlanetGeology, terrain: Terrain) -> Callable[[Position], Site]:
    """Return what tells the geology of places."""
    return lambda position: site_of(planet, *terrain.cell(position))


def shown(offer: Offer) -> str:
    """Return how something stands in a list: what is farther than one sees things, with the way to it."""
    if offer.squared_distance <= SIGHT * SIGHT:
        return offer.name
    return translate("{name} ({way})", name=offer.name, way=way_to(offer))


def way_to(offer: Offer) -> str:
    """Return how far something is, and where."""
    metres = round(sqrt(offer.squared_distance) / METRE)
    return translate("{metres} m {side}", metres=metres, side=side(*offer.away))


def describe(offer: Offer) -> str:
    """Return what one sees of it."""
    parts = [f"{offer.name}.", offer.description]
    if offer.is_rich:
        parts.append(translate("It is a rich one."))
    if offer.is_empty:
        parts.append(
            translate("Nothing is left for now.")
            if isinstance(offer.source, ResourceGround)
            else translate("It is worked out.")
        )
    elif offer.left < THIN:
        parts.append(translate("It looks thinner than it was."))
    if offer.squared_distance > SIGHT * SIGHT:
        parts.append(translate("It is {way}.", way=way_to(offer)))
    return " ".join(parts)


def as_json(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Return offers as programs read them: metres."""
    return [
        {
            "key": each.key,
            "type": each.kind,
            "what": each.what,
            "name": each.name,
            "position": {"x": each.position.x / METRE, "y": each.position.y / METRE},
            "distance": round(sqrt(each.squared_distance) / METRE, 1),
            "left": round(each.left, 2),
        }
        for each in offers
    ]
