"""Which ore lies where, and how it is found and dug. Pure. Source: worlds 11.5."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

from worlds.generation.biomes import Biome
from worlds.generation.cube import Cell
from worlds.generation.goods import share_of
from worlds.generation.randomness import MASK, mix, stream_key, unit_at
from worlds.generation.scatter import Ring, Sown, clustered, draw, sown
from worlds.generation.tiles import CellData
from worlds.minerals.content import DepositKind, minerals
from worlds.minerals.models import (
    TOOLS,
    CoalRank,
    Condition,
    PlanetGeology,
    Rock,
    Setting,
    Site,
    Vein,
    VeinSize,
)
from worlds.space.cells import squares_near
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_place, is_within, place_at

SiteAt = Callable[[Position], Site]

CONVERGENT: Final = 1
DIVERGENT: Final = 2
"""As `plates` numbers what happens at boundaries; that module needs numpy."""
MOUNTAINS: Final = 2_000
"""Metres above the sea, on the scale of the generator, that only a collision has raised."""
STEEP: Final = 200.0
LEVEL: Final = 15.0
"""Metres between a cell and its neighbours, on the same scale."""
RELIEF: Final = 15.0
"""The same, of hills that are worn as fast as any."""
ARID: Final = 300.0
SWAMPS: Final = 600.0
"""Millimetres of rain a year."""
OLD: Final = 2.5e9
"""Years."""
THICK: Final = 150.0
OXYGEN: Final = 0.05
LESSER: Final = 0.5
GREATER: Final = 0.8
"""Of the potential of magic."""
BASIN_AGES: Final = 300.0
"""Millions of years of the oldest basin."""
PEAT: Final = CoalRank(1, "peat")
LIGNITE: Final = CoalRank(2, "lignite")
BITUMINOUS: Final = CoalRank(3, "bituminous coal")

SQUARE: Final = 1_000 * METRE
PER_SQUARE: Final = 4.0
"""Veins with a square of their own, in a square kilometre of a world with a density of 1."""
CLUSTERS: Final = (Ring(0.6, 1, 3, 50 * METRE, 500 * METRE), Ring(0.3, 1, 4, 500 * METRE, 2_000 * METRE))
REACH: Final = max(ring.far for ring in CLUSTERS)

SIZES: Final = tuple(VeinSize)
MASSIVE: Final = 0.95
THRESHOLDS: Final[Mapping[int, tuple[float, float]]] = {1: (0.8, 0.5), 2: (0.7, 0.4), 3: (0.6, 0.3)}
"""{how well the place suits: the draws above which a vein is large, and medium}"""
QUANTITIES: Final[Mapping[VeinSize, float]] = {
    VeinSize.MASSIVE: 100_000,
    VeinSize.LARGE: 20_000,
    VeinSize.MEDIUM: 5_000,
    VeinSize.SMALL: 1_000,
}
GRADES: Final[Mapping[VeinSize, tuple[float, float]]] = {
    VeinSize.SMALL: (0.01, 0.3),
    VeinSize.MEDIUM: (0.1, 0.45),
    VeinSize.LARGE: (0.2, 0.6),
    VeinSize.MASSIVE: (0.3, 0.75),
}
PURER: Final[Mapping[Rock, float]] = {Rock.IGNEOUS: 0, Rock.METAMORPHIC: 0.05, Rock.SEDIMENTARY: 0.15}
DEPTHS: Final[Mapping[Rock, tuple[float, float]]] = {
    Rock.IGNEOUS: (500, 2_500),
    Rock.SEDIMENTARY: (100, 1_000),
    Rock.METAMORPHIC: (500, 3_000),
}
VOLCANIC_DEPTHS: Final = (0.0, 1_000.0)
DEEPER: Final[Mapping[str, float]] = {"diamond": 1_500, "platinum": 1_500}
WORN: Final = 500.0
SHALLOW: Final = 50.0
BARE: Final = 0.7
"""The erosion from which what lies shallow comes to the surface."""

FOUND_AT_SIGHT: Final = 0.8
FOUND_HIDDEN: Final = 0.05
DEEPEST_FOUND: Final = 2_000.0
EASIER: Final[Mapping[VeinSize, float]] = {
    VeinSize.MASSIVE: 1.5,
    VeinSize.LARGE: 1.2,
    VeinSize.MEDIUM: 1.0,
    VeinSize.SMALL: 0.5,
}
FULL_SEARCH: Final = 4.0
"""Hours."""
MOST_SEARCH: Final = 1.5
HARDEST: Final = 80
"""The highest skill that depth asks for."""
METRES_PER_LEVEL: Final = 3
RICH: Final = 0.5
POOR: Final = 0.15
"""The share of ore from which a vein is rich, and below which it is poor."""
EASED: Final = 10
"""Levels that rich ore asks for less, and poor ore for more."""
DEEPEST_MINED: Final = 20_000
LEAST_MINED: Final = 0.1
SECONDS: Final = 5.0
"""For each degree of hardness, to break loose a unit."""


def site_of(planet: PlanetGeology, cell: Cell, data: CellData) -> Site:
    """Return the geology of a place from what is stored about its cell."""
    own = mix((stream_key(planet.seed, "geology") + (cell.face << 40 | cell.row << 20 | cell.column)) & MASK)
    continental = data.plate < planet.continents
    setting = _setting(data, continental=continental)
    relief = data.roughness / (data.roughness + RELIEF)
    worn = (0.35 + 0.65 * relief) * (0.8 + 0.2 * planet.erosion)
    roots = unit_at(stream_key(planet.seed, f"crust/{data.plate}"), 0)
    crust = 100 + 150 * roots if setting is Setting.SHIELD else 30 + 20 * roots if continental else 5 + 5 * roots
    age = unit_at(own, 0)
    potential = planet.magic * unit_at(own, 1)
    wet = data.rain >= SWAMPS and data.biome not in (Biome.DESERT, Biome.TUNDRA, Biome.OCEAN)
    found = {
        Condition.ARID: data.altitude > 0 and data.rain < ARID,
        Condition.FORESTED: wet,
        Condition.RIVER: data.river > 0,
        Condition.OXYGEN: planet.oxygen > OXYGEN,
        Condition.DEEP_ROOTS: planet.years > OLD and crust > THICK,
        Condition.MAGIC: potential >= LESSER,
    }
    return Site(
        setting=setting,
        erosion=min(1.0, worn) if data.altitude > 0 else 0.0,
        crust_km=crust,
        rain=data.rain,
        biome=data.biome,
        river=data.river,
        deposit_my=BASIN_AGES * age * age,
        conditions=frozenset(each for each, holds in found.items() if holds),
        potential=potential,
        shares=planet.shares,
    )


def _setting(data: CellData, *, continental: bool) -> Setting:
    if data.volcanic:
        return Setting.VOLCANIC
    if data.boundary == DIVERGENT:
        return Setting.RIFT
    if data.altitude <= 0:
        return Setting.SEA_FLOOR
    if data.boundary == CONVERGENT or data.altitude >= MOUNTAINS or data.roughness >= STEEP:
        return Setting.COLLISION
    return Setting.BASIN if data.roughness < LEVEL or not continental else Setting.SHIELD


def veins_near(planet: PlanetGeology, space: Space, centre: Position, radius: int, site_at: SiteAt) -> list[Vein]:
    """Return the veins whose places on the ground are within a radius in decimetres.

    Args:
        site_at: asked for the places of these veins only.
    """
    found: list[Vein] = []
    for column, row in squares_near(space, centre, radius + REACH, SQUARE):
        for place in _places(planet.seed, planet.density, space, column, row):
            position = place_at(space, place.x, place.y)
            if position is None or not is_within(space, centre, position, radius):
                continue
            vein = vein_of(place, position, site_at(position))
            if vein is not None:
                found.append(vein)
    return sorted(found, key=lambda vein: vein.key)


@lru_cache(maxsize=2_000)
def _places(seed: int, density: float, space: Space, column: int, row: int) -> tuple[Sown, ...]:
    """Return the places of the veins of a square, with those around them."""
    first = sown(stream_key(seed, "veins"), column, row, SQUARE, PER_SQUARE * density)
    # What a square has beyond the seam belongs to another one.
    return tuple(each for place in first if is_place(space, place.x, place.y) for each in clustered(place, CLUSTERS))


def vein_of(place: Sown, position: Position, site: Site) -> Vein | None:
    """Return the vein at a place; None where the ground has nothing of that kind.

    All of a cluster are of one kind as far as the ground is: each is what its own ground allows. Beside the first of
    some kinds, others of the cluster are of another one, as tin beside copper.
    """
    kind = _kind_of(site, draw(place.cluster, 0))
    if kind is None:
        return None
    if place.key != place.cluster:
        kind = _chosen(site, draw(place.key, 6), [kind, *minerals.beside.get(kind.key, ())]) or kind
    draws = [draw(place.key, number) for number in range(1, 6)]
    mineral = minerals.by_key[kind.mineral]
    suits = kind.settings[site.setting]
    size = size_of(draws[0], suits)
    depth = depth_of(kind, site, draws[1])
    value, name = mineral.value, kind.written_name
    if mineral.key == "coal":
        rank = coal_rank(site.deposit_my)
        value, name = mineral.value * rank.rank, f"seam of {rank.name}"
    elif mineral.key == "mana_crystal":
        value = mineral.value * site.potential
        name = f"{'greater' if site.potential >= GREATER else 'lesser'} {name}"
    return Vein(
        key=place.name,
        deposit=kind.key,
        mineral=mineral.key,
        name=name,
        rock=kind.rock,
        size=size,
        hardness=mineral.hardness,
        value=value,
        quantity=QUANTITIES[size] * mineral.abundance,
        grade=grade_of(kind.rock, size, suits, draws[2:5]),
        depth=depth,
        is_visible=depth < SHALLOW and site.erosion > BARE,
        setting=site.setting,
        position=position,
    )


def _kind_of(site: Site, chance: float) -> DepositKind | None:
    """Return the kind of deposit that a draw means at a place; None where there can be none."""
    return _chosen(site, chance, minerals.alone)


def _chosen(site: Site, chance: float, kinds: Iterable[DepositKind]) -> DepositKind | None:
    fitting = [
        (
            kind,
            kind.frequency
            * kind.settings[site.setting]
            * (1 + share_of(minerals.by_key[kind.mineral].goods, site.shares)),
        )
        for kind in kinds
        if site.setting in kind.settings and site.conditions.issuperset(kind.conditions)
    ]
    left = chance * sum(weight for _, weight in fitting)
    for kind, weight in fitting:
        left -= weight
        if left < 0:
            return kind
    return None


def size_of(chance: float, suits: int) -> VeinSize:
    """Return the size that a draw means; `suits` is from 1, poor, to 3, best."""
    large, medium = THRESHOLDS[suits]
    if chance > MASSIVE:
        return VeinSize.MASSIVE
    if chance > large:
        return VeinSize.LARGE
    return VeinSize.MEDIUM if chance > medium else VeinSize.SMALL


def grade_of(rock: Rock, size: VeinSize, suits: int, draws: list[float]) -> float:
    """Return the share of ore in the rock; it never passes 1, as the original's did."""
    low, high = (each + PURER[rock] for each in GRADES[size])
    geology = 0.3 + 0.7 * draws[1] if suits == 1 else 1 + 0.5 * draws[1]
    return min(1.0, (low + (high - low) * draws[0]) * geology * (0.8 + 0.4 * draws[2]))


def depth_of(kind: DepositKind, site: Site, chance: float) -> float:
    """Return how deep a vein lies, in metres; erosion brings it nearer to the surface."""
    usual = DEPTHS[kind.rock]
    if kind.rock is Rock.IGNEOUS and site.setting is Setting.VOLCANIC:
        usual = VOLCANIC_DEPTHS
    low, high = kind.depth or usual
    return max(0.0, low + (high - low) * chance + DEEPER.get(kind.mineral, 0) - WORN * site.erosion)


def coal_rank(years_my: float) -> CoalRank:
    """Return what plants have become after so many millions of years under the ground."""
    if years_my < 2:
        return PEAT
    return LIGNITE if years_my < 5 else BITUMINOUS


def discovery(vein: Vein, skill: float, hours: float) -> float:
    """Return the chance that someone finds a vein.

    Args:
        skill: mining and perception together.
        hours: of game time that the search has taken.
    """
    hidden = FOUND_HIDDEN * max(0.0, 1 - vein.depth / DEEPEST_FOUND) * EASIER[vein.size]
    base = FOUND_AT_SIGHT if vein.is_visible else hidden
    return min(1.0, (base + skill / 400) * min(hours / FULL_SEARCH, MOST_SEARCH))


def is_broken_by(hardness: float, tool: str) -> bool:
    """Tell whether a tool of a material, one of TOOLS, breaks a mineral."""
    return hardness <= TOOLS[tool]


def mining_level(depth: float, grade: float) -> int:
    """Return the skill that one should have to mine at a depth in metres. Source: worlds 23.1, Mining."""
    level = min(HARDEST, int(depth / METRES_PER_LEVEL))
    if grade >= RICH:
        return max(0, level - EASED)
    return level + EASED if grade < POOR else level


def mined_share(depth: float, grade: float) -> float:
    """Return the part of what one would gather that comes out of a mine."""
    return max(LEAST_MINED, 1 - depth / DEEPEST_MINED) * grade


def digging_seconds(hardness: float, speed: float) -> float:
    """Return how long it takes to break loose a unit; `speed` is the tool's."""
    return SECONDS * hardness / speed
