"""The first species of a world: one list, which is stored with it and with which its deep time begins.

Pure, and without numpy. Source: worlds 11.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

from worlds.ecosystem.content import WayOfLife, creatures
from worlds.ecosystem.models import (
    COSTLY,
    FEEDING,
    GENES,
    MEAT_EATER,
    NAMED_GENES,
    PLANT,
    PLANT_EATER,
    TRAIT,
    TRAITS,
    WEIGHTS,
    WorldSpecies,
    hunt_success,
    name_of,
)
from worlds.generation.biomes import Biome
from worlds.generation.randomness import Stream

PER_BIOME: Final = (5, 10)
MAJOR: Final = 0.01
"""Share of the planet from which a biome has species of its own at the beginning."""
SHARES: Final = (0.4, 0.3)
"""Of plants, and of plant eaters."""
PASSES_UP: Final = 0.1
"""Of what a level of the pyramid is, what feeds the next one."""
BIOMASS: Final = 1_000.0
KILOCALORIES: Final = 4_000.0
DAYS: Final = 365
CAUGHT: Final = 0.2
"""The chance of a hunt from which on something is prey."""
MUTATIONS: Final = (0.01, 0.05)
BOTTLENECK: Final = (0.1, 0.15)
FEW: Final = 50
"""Below so many a species is in danger, and its mutations are those of a bottleneck."""
WARMEST: Final = 50.0
WETTEST: Final = 3_000.0

ELEVATIONS: Final[Mapping[Biome, tuple[int, int]]] = {
    Biome.OCEAN: (-11_000, 0),
    Biome.ALPINE: (1_000, 15_000),
    Biome.TUNDRA: (0, 3_000),
    Biome.TAIGA: (0, 3_000),
    Biome.GRASSLAND: (0, 3_000),
    Biome.DECIDUOUS_FOREST: (0, 3_000),
    Biome.RAINFOREST: (0, 2_500),
    Biome.DESERT: (0, 3_000),
}
"""{biome: the metres above the sea between which its species live, on the scale of the generator}"""


class BiomeClimate(NamedTuple):
    """What a biome is like, all over a planet."""

    area: float
    """Its share of the planet."""
    celsius: float
    rain: float
    """Millimetres a year."""


Climates = Sequence[BiomeClimate]
"""In the order of `Biome`."""


def draw_species(seed: int, climates: Climates, square_km: float, count: int | None = None) -> list[WorldSpecies]:
    """Return the species of a world in the order of their numbers: 5 to 10 in each biome that is large enough.

    Args:
        square_km: of the whole planet.
        count: how many are wanted, as far as that leaves each biome its 5 to 10; None leaves it to chance.
    """
    stream = Stream(seed, "life")
    drafts: list[_Draft] = []
    large = [biome for biome in Biome if climates[biome].area >= MAJOR]
    for place, biome in enumerate(large):
        wanted = None if count is None else count // len(large) + (place < count % len(large))
        for kind in _kinds(stream, wanted):
            drafts.append(_draft(seed, len(drafts), kind, biome, climates[biome]))
    eaten = [[other.number for other in drafts if _eats(each, other)] for each in drafts]
    _feed_the_hungry(drafts, eaten)
    hunters = [sum(number in prey for prey in eaten) for number in range(len(drafts))]
    return [
        _finished(seed, each, drafts, eaten[each.number], hunters[each.number], climates, square_km) for each in drafts
    ]


def genes_of(seed: int, number: int, warmth: float, dampness: float) -> list[float]:
    """Return the genes of one of a world's first species."""
    stream = Stream(seed, f"genes/{number}")
    genes = [stream.between(0.2, 0.8) for _ in range(GENES)]
    given = {TRAIT["warmth"]: warmth, TRAIT["moisture"]: dampness}
    costly = {TRAIT[name] for name in COSTLY}
    for place in range(NAMED_GENES):
        trait = place % len(TRAITS)
        if trait in given:
            genes[place] = given[trait]
        elif trait in costly:
            genes[place] *= 0.4
    return genes


def traits_of(genes: Sequence[float]) -> list[float]:
    """Return the traits that genes make, each from 0 to 10."""
    totals, sums = [0.0] * len(TRAITS), [0.0] * len(TRAITS)
    for place in range(NAMED_GENES):
        totals[place % len(TRAITS)] += WEIGHTS[place]
        sums[place % len(TRAITS)] += WEIGHTS[place] * genes[place]
    return [10 * weighted / total for weighted, total in zip(sums, totals, strict=True)]


def biomass(climate: BiomeClimate, biome: Biome) -> float:
    """Return the biomass of a square kilometre, 0 to 1,000: by light, water and warmth."""
    sun = max(0.0, min(1.0, (climate.celsius + 30) / 55))
    moist = 1.0 if biome is Biome.OCEAN else min(1.0, climate.rain / 2_000)
    warm = max(0.05, 1 - abs(climate.celsius - 24) / 45)
    return BIOMASS * sun * moist * warm


def carrying_capacity(mass: float, square_km: float, calories: float) -> float:
    """Return how many of those who need so many kilocalories a day a piece of ground feeds."""
    return mass * square_km * KILOCALORIES / (calories * DAYS)


def fitness(warm: float, moist: float, food: float, predation: float, competition: float, risk: float) -> float:
    """Return how well a species does where it lives, 0 to 1."""
    return sqrt(warm * moist) * food * predation * competition * (1 - risk)


class _Draft(NamedTuple):
    number: int
    kind: int
    biome: Biome
    creature: WayOfLife
    warmth: float
    dampness: float
    traits: Sequence[float]
    mutation: float

    def trait(self, name: str) -> float:
        return self.traits[TRAIT[name]]

    def within(self, limits: tuple[float, float], name: str) -> float:
        """Return the number of a range that a trait means; most are nearer to the lower one."""
        low, high = limits
        share = self.trait(name) / 10
        return low + (high - low) * share * share


def _kinds(stream: Stream, wanted: int | None) -> list[int]:
    low, high = PER_BIOME
    number = low + stream.below(high - low + 1) if wanted is None else max(low, min(high, wanted))
    plants = max(1, round(number * SHARES[0]))
    eaters = max(1, round(number * SHARES[1]))
    return [PLANT] * plants + [PLANT_EATER] * eaters + [MEAT_EATER] * (number - plants - eaters)


def _draft(seed: int, number: int, kind: int, biome: Biome, climate: BiomeClimate) -> _Draft:
    stream = Stream(seed, f"first/{number}")
    known = creatures.living_in(biome, FEEDING[kind])
    creature = known[stream.below(len(known))]
    warmth = _gene((climate.celsius + 15) / WARMEST + stream.between(-0.05, 0.05))
    dampness = _gene(climate.rain / WETTEST + stream.between(-0.05, 0.05))
    traits = traits_of(genes_of(seed, number, warmth, dampness))
    return _Draft(number, kind, biome, creature, warmth, dampness, traits, stream.between(0, 1))


def _gene(value: float) -> float:
    return round(max(0.0, min(1.0, value)), 6)


def _eats(one: _Draft, other: _Draft) -> bool:
    """Tell whether one eats another that lives where it lives: as `life` does in deep time."""
    if one.biome is not other.biome or other.kind != one.kind - 1:
        return False
    if one.kind == PLANT_EATER:
        return True
    chance = hunt_success(one.trait("speed"), other.trait("speed"), 10 * other.trait("camouflage"))
    return chance >= CAUGHT and other.trait("size") <= 2 * one.trait("size") + 1


def _feed_the_hungry(drafts: Sequence[_Draft], eaten: list[list[int]]) -> None:
    """Let those who catch nothing take the slowest: a list is never empty, as those of the original were."""
    for each in drafts:
        if each.kind == MEAT_EATER and not eaten[each.number]:
            near = [other for other in drafts if other.kind == PLANT_EATER and other.biome is each.biome]
            eaten[each.number] = [min(near, key=lambda other: other.trait("speed")).number]


def _finished(
    seed: int,
    each: _Draft,
    drafts: Sequence[_Draft],
    eaten: list[int],
    hunters: int,
    climates: Climates,
    square_km: float,
) -> WorldSpecies:
    climate, creature = climates[each.biome], each.creature
    kilograms = each.within(creature.kilograms, "size")
    calories = creature.calories * sqrt(kilograms) * sqrt(sqrt(kilograms))
    ground = climate.area * square_km
    rivals = sum(other.kind == each.kind and other.biome is each.biome for other in drafts)
    mass = biomass(climate, each.biome) * (1, PASSES_UP, PASSES_UP * PASSES_UP)[each.kind] / rivals
    population = max(1, int(carrying_capacity(mass, ground, calories)))
    risk = min(0.9, 0.01 + FEW / (FEW + population))
    hardy = each.trait("hardiness")
    best, wide = 10 * each.warmth * 5 - 15, 6 + 1.2 * hardy
    wet, damp = 10 * each.dampness * 300, 300 + 60 * hardy
    low, high = BOTTLENECK if population < FEW else MUTATIONS
    heat, rain = (climate.celsius - best) / wide, 0.0 if each.biome is Biome.OCEAN else (climate.rain - wet) / damp
    return WorldSpecies(
        number=each.number,
        name=name_of(seed, each.number, each.kind),
        kind=FEEDING[each.kind],
        creature=creature.key,
        home=each.biome.name.lower(),
        kilograms=float(f"{kilograms:.3g}"),
        speed=round(each.within(creature.speed, "speed"), 1),
        armor=round(10 * each.trait("armor")),
        camouflage=round(10 * each.trait("camouflage")),
        diet=creature.written_diet,
        calories=float(f"{calories:.3g}"),
        prey=tuple(eaten) if each.kind == MEAT_EATER else (),
        plants=tuple(eaten) if each.kind == PLANT_EATER else (),
        biomes=(each.biome.name.lower(),),
        temperature=(round(best - wide, 1), round(best + wide, 1)),
        moisture=(round(max(0.0, wet - damp)), round(wet + damp)),
        elevation=ELEVATIONS[each.biome],
        litter_rate=round(each.within(creature.litter, "litter"), 2),
        maturity=round(each.within(creature.maturity, "maturity"), 2),
        lifespan=round(each.within(creature.lifespan, "lifespan"), 1),
        population=population,
        density=float(f"{population / ground:.3g}"),
        extinction_risk=round(risk, 3),
        mutation_rate=round(low + (high - low) * each.mutation, 3),
        fitness=round(
            fitness(
                1 / (1 + heat * heat), 1 / (1 + rain * rain), 1, 1 / (1 + 0.05 * hunters), 1 / (1 + 0.02 * rivals), risk
            ),
            3,
        ),
        warmth=each.warmth,
        dampness=each.dampness,
    )
