"""Traits, genes and rules of species. Without numpy. Source: worlds 11.6, 15.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict

from worlds.generation.biomes import Biome
from worlds.generation.randomness import stream_key

PLANT: Final = 0
PLANT_EATER: Final = 1
MEAT_EATER: Final = 2
KINDS: Final = ("plant", "plant eater", "meat eater")
Feeding = Literal["plant", "plant_eater", "meat_eater"]
FEEDING: Final[tuple[Feeding, ...]] = ("plant", "plant_eater", "meat_eater")
"""As species are stored, in the order of the numbers."""

TRAITS: Final = (
    *("size", "speed", "armor", "camouflage", "senses", "strength"),
    *("warmth", "moisture", "hardiness", "fertility", "litter", "maturity"),
    *("lifespan", "resistance", "intelligence", "social", "tool use", "communication"),
    *("magic affinity", "display", "aggression", "endurance", "foraging", "night sight"),
    *("climbing", "swimming", "digging", "toxicity", "memory", "curiosity"),
)
"""What a species looks like and can do, each from 0 to 10."""
TRAIT: Final[Mapping[str, int]] = {name: number for number, name in enumerate(TRAITS)}
COSTLY: Final = ("intelligence", "social", "tool use", "communication", "magic affinity")
"""Traits that pay only now and then: evolution takes them back more often."""

MIND: Final = COSTLY[:4]
"""Those that help each other."""

NAMED_GENES: Final = 100
"""Genes with an effect; as many more have none, and tell only how far apart species are."""
GENES: Final = 200
WEIGHTS: Final = (*(10.0,) * 6, *(5.0,) * 15, *(2.0,) * 30, *(1.0,) * (GENES - 51))

CAPACITY: Final[Mapping[Biome, float]] = {
    Biome.OCEAN: 10_000,
    Biome.RAINFOREST: 5_000,
    Biome.GRASSLAND: 3_000,
    Biome.TUNDRA: 500,
    Biome.DESERT: 500,
}
OTHER_CAPACITY: Final = 1_000.0

SAPIENT: Final = (
    {"intelligence": 7.5, "social": 6.0, "tool use": 5.0, "communication": 6.0},
    {"intelligence": 5.0, "social": 5.0, "magic affinity": 7.0},
)
"""The least traits of either way to think."""
PROTO_SAPIENT: Final = ({"intelligence": 5.0, "tool use": 3.0},)


class Pathogen(NamedTuple):
    """A kind of disease."""

    name: str
    up_to: float
    """The draw below which an outbreak is of this kind, or of one before it."""
    virulence: float
    """The share of the sick who die, without resistance."""


PATHOGENS: Final = (
    Pathogen("virus", 0.40, 0.5),
    Pathogen("bacterium", 0.70, 0.4),
    Pathogen("fungus", 0.85, 0.3),
    Pathogen("parasite", 0.98, 0.2),
    Pathogen("prion", 1.0, 0.9),
)

MASS_EXTINCTION: Final = "mass_extinction"
EXTINCTION: Final = "extinction"
"""Of a species that was a large part of its kind."""
PLAGUE: Final = "plague"
SAPIENCE: Final = "sapience"
PROTO_SAPIENCE: Final = "proto_sapience"
LIFE_RETURNED: Final = "life_returned"


class Happening(Struct, frozen=True):
    """Something worth a line in a world's history."""

    year: int
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)


class WorldSpecies(BaseModel):
    """A kind of plant or animal that a world began with."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    number: int
    """Which one of its world."""
    name: str
    kind: Feeding
    creature: str
    """The key of its way of life in creatures.json."""
    home: str
    """The biome that it comes from."""
    kilograms: float
    speed: float
    """Metres a second."""
    armor: int
    """0 to 100, as is `camouflage`."""
    camouflage: int
    diet: str
    calories: float
    """Kilocalories a day."""
    prey: tuple[int, ...] = ()
    """The numbers of the animals that it eats."""
    plants: tuple[int, ...] = ()
    """The numbers of the plants that it eats."""
    biomes: tuple[str, ...]
    temperature: tuple[float, float]
    """Degrees Celsius, on average over the year."""
    moisture: tuple[float, float]
    """Millimetres of rain a year."""
    elevation: tuple[int, int]
    """Metres above the sea, on the scale of the generator."""
    litter_rate: float
    maturity: float
    """Years, as is `lifespan`."""
    lifespan: float
    population: int
    density: float
    """In a square kilometre of its biome."""
    extinction_risk: float
    mutation_rate: float
    """The share that changes in a generation."""
    fitness: float
    parent: int | None = None
    generation: int = 0
    warmth: float
    """The gene for it, 0 to 1, as is `dampness`; the other genes follow from the world's seed and the number."""
    dampness: float


def ways_to_think(*, magic: bool) -> Sequence[Mapping[str, float]]:
    """Return the least traits of each way to think; the one by magic is closed where there is none."""
    return SAPIENT if magic else SAPIENT[:1]


def fulfils(traits: Mapping[str, Any], ways: Sequence[Mapping[str, float]]) -> Any:
    """Tell whether each trait of one of these ways is at or above its least.

    Args:
        traits: numbers, or arrays with one for each species; the answer is of the same kind.
    """
    return reduce(or_, (reduce(and_, (traits[name] >= least for name, least in way.items())) for way in ways))


def basic_reproduction(transmission: float, density: float, resistance: float, latency: float) -> float:
    """Return how many others each sick creature infects; all arguments from 0 to 1."""
    return 3 * transmission * (0.5 + 0.5 * density) * (1 - 0.7 * resistance) * (0.5 + 0.5 * latency)


def mortality(virulence: float, resistance: float) -> float:
    """Return which share of the sick die."""
    return max(0.01, min(0.95, virulence * (1 - 0.8 * resistance)))


def hunt_success(hunter: float, prey: float, camouflage: float, hunger: float = 1.0) -> float:
    """Return the chance that a hunt succeeds.

    Args:
        hunter, prey: how fast they are.
        camouflage: 0 to 100.
    """
    return max(0.05, min(0.9, hunter / max(prey, 0.1) * (1 - camouflage / 100) * hunger))


_FIRST: Final = ("al", "bri", "cor", "dra", "el", "fen", "gar", "hol", "ith", "jor", "kel", "lum", "mar", "nor", "os")
_MIDDLE: Final = ("a", "e", "i", "o", "u", "an", "er", "il", "on", "ul")
_STRIDE: Final = 271
"""Has no divisor in common with the number of names of any kind, so all of them come before one comes again."""
_LAST: Final = (("wort", "fern", "moss", "reed", "bloom"), ("back", "hoof", "tail", "snout"), ("fang", "claw", "maw"))


def name_of(seed: int, number: int, kind: int) -> str:
    """Return what a species is called, always the same; of the first few hundred of a kind no two are called alike."""
    last = _LAST[kind]
    names = len(_FIRST) * len(_MIDDLE) * len(last)
    place = (stream_key(seed, "names") + number * _STRIDE) % names
    place, ending = divmod(place, len(last))
    first, middle = divmod(place, len(_MIDDLE))
    return (_FIRST[first] + _MIDDLE[middle] + last[ending]).capitalize()
