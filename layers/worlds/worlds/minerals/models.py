"""The ground as ore depends on it, and the deposits in it. Source: worlds 11.5."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from worlds.generation.biomes import Biome
from worlds.generation.goods import GoodShares
from worlds.space.models import Position


class Rock(StrEnum):
    """How a kind of rock, and what is in it, came to be."""

    IGNEOUS = "igneous"
    SEDIMENTARY = "sedimentary"
    METAMORPHIC = "metamorphic"


class Setting(StrEnum):
    """What shaped the ground at a place."""

    VOLCANIC = "volcanic"
    RIFT = "rift"
    """Plates part."""
    COLLISION = "collision"
    """Plates meet."""
    SHIELD = "shield"
    """The old inside of a continent, worn down to hard rock."""
    BASIN = "basin"
    """Level ground that has filled up with what rivers brought."""
    SEA_FLOOR = "sea_floor"


class Condition(StrEnum):
    """What else a deposit asks for."""

    ARID = "arid"
    """So little rain that salt stays where water dries up."""
    FORESTED = "forested"
    """Enough rain for the swamps that become coal, and no desert."""
    RIVER = "river"
    """Running water that sorts what it carries."""
    OXYGEN = "oxygen"
    """Air that has made iron rust out of the sea."""
    DEEP_ROOTS = "deep_roots"
    """An old planet, and a plate so thick that diamonds form under it."""
    MAGIC = "magic"
    """A world with magic, at a place that has drawn it."""


class VeinSize(StrEnum):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    MASSIVE = "massive"


class CoalRank(NamedTuple):
    """What coal has become."""

    rank: int
    name: str


class PlanetGeology(Struct, frozen=True):
    """What is the same all over a world.

    Attributes:
        density: how much ore there is, .1 to 1.
        erosion: .3 for a young world, 1, or 2.5 for an old one.
        years: since the planet was made.
        oxygen: the share in the air.
        continents: how many of the plates, the first ones, carry continents.
        magic: how much of it there is, 0 to 1.
        shares: of what its people want of the ground.
    """

    seed: int
    density: float = 0.5
    erosion: float = 1.0
    years: float = 4.5e9
    oxygen: float = 0.21
    continents: int = 1
    magic: float = 0.0
    shares: GoodShares = ()


class Site(Struct, frozen=True):
    """The geology of a place.

    Attributes:
        erosion: 0 to 1, how far the ground above has been worn away.
        crust_km: how thick the plate is.
        rain: millimetres a year.
        river: the size of the river.
        deposit_my: millions of years since what lies in the ground was laid there.
        potential: of magic, 0 to 1.
        shares: of what the people of the world want of the ground.
    """

    setting: Setting
    erosion: float
    crust_km: float
    rain: float
    biome: Biome
    river: int
    deposit_my: float
    conditions: frozenset[Condition]
    potential: float = 0.0
    shares: GoodShares = ()


class Vein(Struct, frozen=True, kw_only=True):
    """A deposit in the ground.

    Attributes:
        key: tells it from all others of its world.
        deposit: the key of its kind in minerals.json.
        name: what it is called; in English.
        value: of a unit.
        quantity: units, when no one has dug yet.
        grade: the share of ore in the rock, up to 1.
        depth: metres.
        position: above it, on the ground.
    """

    key: str
    deposit: str
    mineral: str
    name: str
    rock: Rock
    size: VeinSize
    hardness: float
    value: float
    quantity: float
    grade: float
    depth: float
    is_visible: bool
    setting: Setting
    position: Position


HANDS: Final = "hands"
TOOLS: Final = {HANDS: 1.0, "wood": 2.0, "stone": 4.0, "iron": 6.0, "steel": 8.0, "diamond": 10.0}
"""{what a tool is made of: the hardest mineral that it breaks}"""
