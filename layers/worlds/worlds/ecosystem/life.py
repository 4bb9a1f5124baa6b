"""The species of a world, all at once, in steps of a year or a thousand. Source: worlds 15.2, 11.6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worlds.ecosystem.creatures import KEPT_TRAITS
from worlds.ecosystem.habitats import Habitats
from worlds.ecosystem.models import (
    CAPACITY,
    COSTLY,
    EXTINCTION,
    FEEDING,
    GENES,
    LIFE_RETURNED,
    MASS_EXTINCTION,
    MEAT_EATER,
    MIND,
    NAMED_GENES,
    OTHER_CAPACITY,
    PATHOGENS,
    PLAGUE,
    PLANT,
    PLANT_EATER,
    PROTO_SAPIENCE,
    PROTO_SAPIENT,
    SAPIENCE,
    TRAIT,
    TRAITS,
    WEIGHTS,
    Happening,
    WorldSpecies,
    basic_reproduction,
    fulfils,
    mortality,
    name_of,
    ways_to_think,
)
from worlds.ecosystem.species import MAJOR, BiomeClimate, draw_species, genes_of
from worlds.generation.arrays import Codes, Flags, Floats, units
from worlds.generation.biomes import Biome
from worlds.generation.randomness import Stream, stream_key

Counts = npt.NDArray[np.int64]

EVERYTHING: Final = frozenset({"disease", "migration", "sapience"})

BIOMES: Final = len(Biome)
MOST_SPECIES: Final = (26, 19, 19)
"""By kind: as they begin, and enough for a billion years to pass in minutes."""

UNIT_AREA: Final = 0.01
"""The share of the planet that has the capacity of its biome once."""
PLANTS_FILL: Final = 0.4
EATEN: Final = 0.15
"""Of plants, what plant eaters can live on."""
MEAT: Final = 0.3
"""Of plant eaters, what meat eaters can live on."""
CROWDING: Final = 0.25
PLANT_GROWTH: Final = 0.5
BIRTHS: Final = 0.25
HUNGER: Final = (0.3, 2.0, 2.0)
"""How fast those die whom nothing feeds, per year, by kind; seeds outlast a winter of years."""
LIFETIME: Final = 0.002
"""The chance that a species ends within 10,000 years without a reason that anyone would see."""
NOISE: Final = 0.05
DARKNESS: Final = 25.0
"""Degrees of cooling by dust at which no light is left."""
FEWEST: Final = 1.0

MUTATION: Final = 0.1
NEVER: Final = -1e9
COST: Final = 0.32
"""How much less often more of a costly trait stays."""
AWAKES: Final = 4.9
"""What the traits of a mind are on average from which each pays, the more there is of the others.

Without that, they stay around 3, and the highest of 38 animals around 4.3; from 5.3 or so they rise by themselves.
How often one gets there, follows from this number: of 160 worlds (genes and new species alone, as often as in whole
histories), 69 % had a sapient species within a billion years at 4.8, 52 % at 4.9; each 0.1 makes it about half as
often. Wanted is one world in two.
"""
PAYS: Final = 0.4
"""How much more often more of such a trait stays, and less of it does not, for each step above."""
MOST_PAYS: Final = 0.5
RACE: Final = 0.3
RACE_LEAD: Final = 3.0
"""How far a trait has to be behind the one that it is up against for the full RACE."""
RACES: Final[Sequence[tuple[int, str, str]]] = (
    (MEAT_EATER, "speed", "speed"),
    (MEAT_EATER, "senses", "camouflage"),
    (MEAT_EATER, "strength", "armor"),
    (PLANT_EATER, "foraging", "toxicity"),
)
"""(who eats, with which trait, against which one of what it eats): the side that is behind catches up."""
CHOICE: Final = 0.3
"""How much more often display stays in animals that see each other well: mates choose by it."""
SHOWS: Final = 0.15
"""How much less often where hunters see it, too."""
ATTRACTS: Final = 0.02
"""By how much display raises the chance that a species splits: who looks different, is not chosen."""
SYMBIOSIS: Final = 0.2
"""How much better partners fit where they meet."""
PAIRS: Final = 0.02
"""The chance within 10,000 years that an animal finds a partner among the plants that it eats, or parts from it."""
LAG: Final = 1.0
"""Degrees by which the climate changes before anyone asks again who fits where."""
PLACES: Final = (1_000, 10_000)
ROUNDS: Final = PLACES[1] // PLACES[0]
ROWS: Final = 128
"""More species than there ever are."""
EXTINCT_WITHIN: Final = 500
RECOVERY: Final = 20_000
SPLITS_FROM: Final = 500.0
SPLITS_AT: Final = 0.3
SPLITTING: Final = 0.10
ISOLATED: Final = 50_000
MOST_SPLITTING: Final = 0.15
DISTANCE: Final = 0.35
"""Of genes, from which on a species is another one than it was."""
SAME_TRAIT: Final = (0.5, 1.5)
"""Times what a trait was at first, between which it is still the same species. Source: worlds 11.6."""
HARDLY: Final = 1.0
"""Of a trait, below which no one sees it: half of nothing is not a new species."""
OXYGEN: Final = (0.15, 0.35)
OUTBREAK: Final = 1e-5
"""Outbreaks of disease in a year that are worth the name."""
LARGE: Final = 0.1
"""Of all plants, or plant eaters, or meat eaters, what has to end for a line in the world's history."""
DENSE: Final = 1_000.0
"""A population among which a disease finds someone at every turn."""
PROTECTION: Final = 100_000
"""Years for which a protected species does not die out."""
MOST_NAMED: Final = 3
"""Species of each kind that are named to people."""
SUFFOCATES: Final = 0.9

_WEIGHTS: Final = np.array(WEIGHTS)
_TRAIT_OF: Final = np.arange(NAMED_GENES) % len(TRAITS)
_TOTALS: Final = np.bincount(_TRAIT_OF, _WEIGHTS[:NAMED_GENES], len(TRAITS))
_EFFECT: Final = np.concatenate([10 * _WEIGHTS[:NAMED_GENES] / _TOTALS[_TRAIT_OF], np.zeros(GENES - NAMED_GENES)])
_SHARE: Final = np.zeros((4, len(TRAITS)))
"""What each named gene adds to its trait, which is its number modulo 30."""
_SHARE.reshape(-1)[:NAMED_GENES] = _EFFECT[:NAMED_GENES]
_TRAIT_OF_ALL: Final = np.arange(GENES) % NAMED_GENES % len(TRAITS)
_CAPACITY: Final = np.array([CAPACITY.get(biome, OTHER_CAPACITY) for biome in Biome])
_SEA: Final = np.array([biome is Biome.OCEAN for biome in Biome])
_COST: Final = np.array([COST if name in COSTLY else 0.0 for name in TRAITS])
_MIND: Final = [TRAIT[name] for name in MIND]


@dataclass(slots=True)
class Life:
    """All species that live, one in each row, by their kind; and counts of those that do not."""

    number: Counts
    """Of the species; none is given twice."""
    parent: Counts
    """The species that each has come from; -1 for the first ones."""
    born: Counts
    """The year in which it became a species."""
    kind: Codes
    aquatic: Codes
    population: Floats
    """Per species and biome."""
    genes: Floats
    founding: Floats
    """The genes that it had when it became a species."""
    traits: Floats
    """Per species, in the order of TRAITS, 0 to 10."""
    variance: Floats
    protected_until: Counts
    mind: Codes
    """0, 1 for proto-sapient, 2 for sapient."""
    fit: Floats
    """How well each species fits each biome, 0 to 1, when this was asked last."""
    pace: Floats
    """How fast each grows in a year where it fits and there is light."""
    prey: Codes
    """Row eats column: 1."""
    fit_at: float = NEVER
    """Degrees, on average over the biomes, when `fit` was asked."""
    next_number: int = 0
    oxygen: float = 0.21
    lost: list[int] = field(default_factory=list)
    """The years of the extinctions of the last 500 years."""
    recovering_until: int = 0
    extinctions: int = 0
    mass_extinctions: int = 0
    outbreaks: int = 0
    sapient: int = 0
    """Species that have come to think, ever."""
    partner: Counts = field(default_factory=lambda: np.zeros(0, np.int64))
    """The number of the species with which each lives in symbiosis; -1 for none."""
    infused: int = 0
    """1 once the owner has brought magic into the world."""


_ROWS: Final = ("number", "parent", "born", "kind", "aquatic", "population", "genes", "founding", "traits", "variance")
_PER_SPECIES: Final = (*_ROWS, "protected_until", "mind", "fit", "pace", "partner")


def begin(seed: int, habitats: Habitats, species: Sequence[WorldSpecies] = ()) -> Life:
    """Return the first life of a world.

    Args:
        species: the world's own; without any, they are drawn for these habitats.
    """
    whole, code = np.zeros(0, np.int64), np.zeros(0, np.uint8)
    life = Life(
        number=whole,
        parent=whole,
        born=whole,
        kind=code,
        aquatic=code,
        population=np.zeros((0, BIOMES)),
        genes=np.zeros((0, GENES)),
        founding=np.zeros((0, GENES)),
        traits=np.zeros((0, len(TRAITS))),
        variance=np.zeros(0),
        protected_until=whole,
        mind=code,
        fit=np.zeros((0, BIOMES)),
        pace=np.zeros(0),
        prey=np.zeros((0, 0), np.uint8),
    )
    for each in species or draw_species(seed, climates_of(habitats), 1):
        kind, biome = FEEDING.index(each.kind), Biome[each.home.upper()]
        genes = np.array(genes_of(seed, each.number, each.warmth, each.dampness))
        _add(life, kind, biome is Biome.OCEAN, _first_population(kind, biome, habitats), genes, 0, -1)
    _fill_prey_lists(life)
    return life


def climates_of(habitats: Habitats) -> list[BiomeClimate]:
    """Return what species are drawn for."""
    found = (each.tolist() for each in (habitats.area, habitats.celsius, habitats.rain))
    return [BiomeClimate(*each) for each in zip(*found, strict=True)]


def restored(life: Life) -> Life:
    """Return life that a checkpoint held, so that it can go on."""
    if len(life.partner) < len(life.number):
        life.partner = np.full(len(life.number), -1)  # a checkpoint of before there was symbiosis
    return replace(life, **{name: getattr(life, name).copy() for name in (*_PER_SPECIES, "prey")})


def pass_years(
    life: Life, seed: int, year: int, years: int, habitats: Habitats, parts: frozenset[str] = EVERYTHING
) -> list[Happening]:
    """Let life go on for some years, which end in `year`; what happened.

    Args:
        parts: of EVERYTHING, what there is.
    """
    happened: list[Happening] = []
    if len(life.number):
        if year % PLACES[1] == 0:
            _mutate(life, seed, year, habitats)
        warmth = float(habitats.celsius.sum()) / BIOMES
        if year % PLACES[1] == 0 or not -LAG < warmth - life.fit_at < LAG:
            _refit(life, habitats)
            life.fit_at = warmth
        _grow(life, years, habitats, _noise(seed, year)[: len(life.number)])
        if "disease" in parts:
            happened += _sicken(life, seed, year, years)
        happened += _bury(life, year)
    if year % PLACES[1] == 0:
        happened += _turn_over(life, seed, year, habitats, parts)
    return happened


def suffocate_sea(life: Life) -> None:
    """Take most of what lives in the sea, as an ocean without oxygen does."""
    hardy = life.traits[:, TRAIT["hardiness"]] / 20
    life.population[:, Biome.OCEAN] *= 1 - SUFFOCATES * (1 - hardy)


def intervene(life: Life, intervention: str, species: int | None, year: int) -> None:
    """Let the owner of a world have a hand in a species; by default in the animal with the most members."""
    rows = np.flatnonzero((life.kind != PLANT) if species is None else (life.number == species))
    if not len(rows):
        return
    row = int(rows[np.argmax(life.population[rows].sum(axis=1))])
    match intervention:
        case "nudge":
            _raise_trait(life, row, "hardiness", 1)
        case "protect":
            life.protected_until[row] = year + PROTECTION
        case "accelerate":
            life.variance[row] = 1
        case "spark":
            for name, by in (("intelligence", 2), ("social", 1), ("tool use", 1), ("communication", 1)):
                _raise_trait(life, row, name, by)
        case _:
            life.infused = 1
            _raise_trait(life, row, "magic affinity", 3)


def _raise_trait(life: Life, row: int, name: str, by: float) -> None:
    genes = life.genes[row]
    mine = np.flatnonzero(TRAIT[name] == _TRAIT_OF)
    genes[mine] = np.minimum(genes[mine] + by / 10, 1)
    life.traits[row] = _traits(genes)
    life.fit_at = NEVER


def seen(life: Life | None, seed: int) -> dict[str, Any]:
    """Return what lives, in short: `most` are the largest species of each kind, `homes` those of each biome."""
    counts = _counts(life) if life else [0, 0, 0]
    found: dict[str, Any] = {
        "species": sum(counts),
        "kinds": counts,
        "oxygen": round(life.oxygen, 3) if life else 0,
        "extinctions": life.extinctions if life else 0,
        "mass_extinctions": life.mass_extinctions if life else 0,
        "sapient": life.sapient if life else 0,
        "proto_sapient": int((life.mind > 0).sum()) if life else 0,
        "most": [],
        "homes": {},
    }
    if life:
        total = life.population.sum(axis=1)
        for kind, rows in enumerate(_blocks(life)):
            order = np.argsort(-total[rows], kind="stable")[:MOST_NAMED]
            for row in (rows.start + order).tolist():
                number = int(life.number[row])
                found["most"].append([number, name_of(seed, number, kind), kind, round(float(total[row]))])
        found["homes"] = {str(life.number[row]): _home(life, row) for row in _largest(life)}
    return found


def _largest(life: Life) -> list[int]:
    """Return the rows of the species that have the most members of their kind in some biome."""
    rows: set[int] = set()
    for block in _blocks(life):
        here = life.population[block]
        if len(here):
            largest = block.start + np.argmax(here, axis=0)
            rows.update(largest[here.max(axis=0) > 0].tolist())
    return sorted(rows)


def _home(life: Life, row: int) -> dict[str, Any]:
    return {
        "kind": int(life.kind[row]),
        "biomes": np.flatnonzero(life.population[row]).tolist(),
        "traits": [round(float(life.traits[row, TRAIT[name]]), 2) for name in KEPT_TRAITS],
        "parent": int(life.parent[row]),
        "born": int(life.born[row]),
    }


def _found(life: Life, stream: Stream, kind: int, biome: int, habitats: Habitats, year: int) -> None:
    """Add a species without a parent that fits a biome."""
    genes = np.array([stream.between(0.2, 0.8) for _ in range(GENES)])
    for name in COSTLY:
        genes[:NAMED_GENES][TRAIT[name] == _TRAIT_OF] *= 0.4
    warmth = (float(habitats.celsius[biome]) + 15) / 50 + stream.between(-0.05, 0.05)
    moisture = float(habitats.rain[biome]) / 3_000 + stream.between(-0.05, 0.05)
    for name, wanted in (("warmth", warmth), ("moisture", moisture)):
        genes[:NAMED_GENES][TRAIT[name] == _TRAIT_OF] = max(0.0, min(1.0, wanted))
    _add(life, kind, biome == Biome.OCEAN, _first_population(kind, biome, habitats), genes, year, -1)


def _first_population(kind: int, biome: int, habitats: Habitats) -> Floats:
    population = np.zeros(BIOMES)
    capacity = float(habitats.area[biome] / UNIT_AREA * _CAPACITY[biome]) * 0.1
    population[biome] = max(10.0, capacity * (1.0, EATEN, EATEN * MEAT)[kind])
    return population


def _traits(genes: Floats) -> Floats:
    """Return what genes, the last axis, make of traits."""
    named = np.zeros((*genes.shape[:-1], _SHARE.size))
    named[..., :NAMED_GENES] = genes[..., :NAMED_GENES]
    first, second, third, fourth = np.moveaxis(named.reshape(*genes.shape[:-1], *_SHARE.shape) * _SHARE, -2, 0)
    return first + second + third + fourth


def _add(
    life: Life, kind: int, aquatic: bool, population: Floats, genes: Floats, year: int, parent: int, mind: int = 0
) -> None:
    row = {
        "number": life.next_number,
        "parent": parent,
        "born": year,
        "kind": kind,
        "aquatic": int(aquatic),
        "population": population,
        "genes": genes,
        "founding": genes,
        "traits": _traits(genes),
        "variance": 0.1,
        "protected_until": 0,
        "mind": mind,
        "fit": np.zeros(BIOMES),
        "pace": 0.0,
        "partner": -1,
    }
    place = _blocks(life)[kind].stop
    for name in _PER_SPECIES:
        column = getattr(life, name)
        setattr(life, name, np.insert(column, place, np.array([row[name]], column.dtype), axis=0))
    life.next_number += 1
    life.fit_at = NEVER


def _refit(life: Life, habitats: Habitats) -> None:
    """Ask how well each species fits each biome now, and how fast it can grow."""
    life.fit = _fitness(life, habitats)
    life.pace = np.array((PLANT_GROWTH, BIRTHS, MEAT))[life.kind] * (0.5 + life.traits[:, TRAIT["fertility"]] / 10)


def _noise(seed: int, year: int) -> Floats:
    """Return what chance makes of each population in the step that ends in a year; all of them in a column."""
    if year % PLACES[0] == 0:
        return _noises(seed, (year - 1) // PLACES[1])[(year // PLACES[0] - 1) % ROUNDS]
    return _noise_of(stream_key(seed, f"life/{year}"), ROWS)


@lru_cache(maxsize=4)
def _noises(seed: int, ten_thousand: int) -> Floats:
    return _noise_of(stream_key(seed, f"lives/{ten_thousand}"), ROUNDS * ROWS).reshape(ROUNDS, ROWS, 1)


def _noise_of(key: int, count: int) -> Floats:
    return (1 - NOISE + 2 * NOISE * units(key, count))[:, None]


def _fitness(life: Life, habitats: Habitats) -> Floats:
    """Return how well each species fits each biome: 0 to 1."""
    hardiness = life.traits[:, TRAIT["hardiness"], None]
    best = life.traits[:, TRAIT["warmth"], None] * 5 - 15
    heat = (habitats.celsius - best) / (6 + 1.2 * hardiness)
    wet = (habitats.rain - life.traits[:, TRAIT["moisture"], None] * 300) / (300 + 60 * hardiness)
    wet[:, Biome.OCEAN] = 0
    fit = np.sqrt(1 / ((1 + heat * heat) * (1 + wet * wet)))
    return np.where((life.aquatic[:, None] == 1) == _SEA, fit, 0)


def _grow(life: Life, years: int, habitats: Habitats, noise: Floats) -> None:
    """Let each level of the pyramid grow towards what the one below feeds; what nothing feeds, starves.

    In a thousand years all get there: only shorter steps follow how.
    """
    sun = max(0.0, min(1.0, 1 + habitats.offset / DARKNESS))
    before, blocks = life.population, _blocks(life)
    able = life.fit * (before > 0)
    able[blocks[MEAT_EATER]] *= _reaches(life, blocks)
    paired = (life.partner >= 0).nonzero()[0]
    able[paired] *= 1 + SYMBIOSIS * (before[_rows_of(life, life.partner[paired])] > 0)
    able *= able
    food = habitats.area * (_CAPACITY * (PLANTS_FILL * sun * habitats.life / UNIT_AREA))
    life.population = after = np.empty_like(before)
    for kind, rows in enumerate(blocks):
        weight = able[rows]
        now = weight * (food / (weight.sum(axis=0) + CROWDING * CROWDING))
        if years < PLACES[0]:
            grows = (life.pace[rows] * (years * sun if kind == PLANT else years))[:, None] * life.fit[rows]
            now = _approached(before[rows], now, grows, HUNGER[kind] * years)
        now *= noise[rows]
        now *= now >= FEWEST
        after[rows] = now
        food = now.sum(axis=0) * (EATEN if kind == PLANT else MEAT)
    for row in life.protected_until.nonzero()[0].tolist():
        best = int(np.argmax(life.fit[row] * (habitats.area > 0)))
        after[row, best] = max(10.0, float(after[row, best]))


def _approached(before: Floats, capacity: Floats, grows: Floats, hunger: float) -> Floats:
    """Return how far populations have come on their way to what feeds them."""
    left = 1 / (1 + grows * (1 + grows / 2))
    grown = capacity / (1 + (capacity / np.maximum(before, FEWEST) - 1) * left + 1e-300)
    starving = capacity + (before - capacity) / (1 + hunger * (1 + hunger / 2))
    return np.where(capacity > before, grown, starving)


def _rows_of(life: Life, numbers: Counts) -> npt.NDArray[np.intp]:
    """Return the rows of species that live, by their numbers."""
    order = np.argsort(life.number, kind="stable")
    return order[np.searchsorted(life.number[order], numbers)]


def _blocks(life: Life) -> tuple[slice, slice, slice]:
    """Return the rows of each kind, which lie together."""
    eaters, hunters = np.searchsorted(life.kind, (PLANT_EATER, MEAT_EATER)).tolist()
    return slice(0, eaters), slice(eaters, hunters), slice(hunters, len(life.kind))


def _reaches(life: Life, blocks: tuple[slice, slice, slice]) -> Flags:
    """Return whether meat eaters find prey in each biome."""
    eaten = blocks[PLANT_EATER]
    alive = (life.population[eaten] > 0).astype(np.int32)
    return (life.prey[blocks[MEAT_EATER], eaten].astype(np.int32) @ alive) > 0  # whole numbers are exact


def _fill_prey_lists(life: Life) -> None:
    """Let each plant eater eat the plants that share its biomes, and each meat eater the plant eaters it can catch."""
    traits = life.traits
    here = (life.population > 0).astype(np.int32)
    together = (here @ here.T) > 0
    plants = (life.kind[:, None] == PLANT_EATER) & (life.kind == PLANT)
    speed = traits[:, TRAIT["speed"]]
    chance = speed[:, None] / np.maximum(speed, 0.1) * (1 - traits[:, TRAIT["camouflage"]] / 10)
    size = traits[:, TRAIT["size"]]
    catches = (np.clip(chance, 0.05, 0.9) >= 0.2) & (size <= 2 * size[:, None] + 1)
    hunts = (life.kind[:, None] == MEAT_EATER) & (life.kind == PLANT_EATER)
    prey = together & (plants | (hunts & catches))
    # Who catches nothing of what it meets, takes the slowest: a list is never empty where there is something to eat.
    hungry = np.flatnonzero((life.kind == MEAT_EATER) & ~prey.any(axis=1))
    for row in hungry.tolist():
        near = np.flatnonzero(together[row] & (life.kind == PLANT_EATER))
        if len(near):
            prey[row, near[np.argmin(speed[near])]] = True
    life.prey = prey.astype(np.uint8)


def _sicken(life: Life, seed: int, year: int, years: int) -> list[Happening]:
    """Let a disease break out now and then, in one species; what is worth a line."""
    stream = Stream(seed, f"disease/{year}")
    if stream.unit() >= OUTBREAK * years:
        return []
    row = stream.below(len(life.number))
    draw = stream.unit()
    pathogen = next(each for each in PATHOGENS if draw < each.up_to)
    virulence = pathogen.virulence * stream.between(0.5, 1.5)
    resistance = float(life.traits[row, TRAIT["resistance"]]) / 10
    total = float(life.population[row].sum())
    infects = basic_reproduction(stream.between(0.3, 1), min(1.0, total / DENSE), resistance, stream.unit())
    if infects <= 1:
        return []
    life.outbreaks += 1
    share = (1 - 1 / infects) * mortality(virulence, resistance)
    all_of_kind = float(life.population[life.kind == life.kind[row]].sum())
    life.population[row] *= 1 - share
    return [_about(life, row, year, PLAGUE)] if share * total > LARGE * all_of_kind else []


def _mutate(life: Life, seed: int, year: int, habitats: Habitats) -> None:
    """Let a gene of each species change for every thousand years of ten thousand.

    The climate and what is costly decide whether it stays. All are judged by the traits of the beginning; where a gene
    has changed twice, the later time counts.
    """
    count = len(life.number)
    draws = units(stream_key(seed, f"genes/{year}"), 3 * ROUNDS * count).reshape(3, ROUNDS * count)
    rows = np.tile(np.arange(count), ROUNDS)
    gene = (draws[0] * GENES).astype(np.int64)
    old = life.genes[rows, gene]
    new = np.clip(old + (draws[1] * 2 - 1) * MUTATION, 0, 1)
    trait, effect = _TRAIT_OF_ALL[gene], _EFFECT[gene]
    change = (new - old) * effect
    value = life.traits[rows, trait]
    pays = _pressure(life)[rows, trait]
    stays = np.where(change > 0, 1 - value / 12 - _COST[trait] + pays, 0.25 + value / 16 - pays)
    homes = life.population / np.maximum(life.population.sum(axis=1), 1e-9)[:, None]
    for name, wanted in (("warmth", (habitats.celsius + 15) / 5), ("moisture", habitats.rain / 300)):
        mine = (trait == TRAIT[name]).nonzero()[0]
        here = (homes * wanted).sum(axis=1)[rows[mine]]
        stays[mine] = np.abs(value[mine] + change[mine] - here) < np.abs(value[mine] - here)
    kept = ((effect == 0) | (draws[2] < stays)).nonzero()[0]
    for thousand in np.split(kept, np.searchsorted(kept, np.arange(1, ROUNDS) * count)):
        life.genes[rows[thousand], gene[thousand]] = new[thousand]  # in each thousand, a species once
    life.traits = _traits(life.genes)


def _pressure(life: Life) -> Floats:
    """Return how much more of each trait pays for each species, because of those it lives with.

    Those are the other traits of a mind, what it eats and who eats it (co-evolution), and its mates (sexual selection).
    """
    pays = np.zeros_like(life.traits)
    mind = life.traits[:, _MIND].sum(axis=1) / len(MIND)
    awakes = np.where(life.kind == PLANT, 0, np.clip((mind - AWAKES) * PAYS, 0, MOST_PAYS))
    pays[:, _MIND] = awakes[:, None]
    blocks = _blocks(life)
    for kind, attack, defence in RACES:
        eats = life.prey[blocks[kind], blocks[kind - 1]]
        attacks, defends = life.traits[blocks[kind], TRAIT[attack]], life.traits[blocks[kind - 1], TRAIT[defence]]
        pays[blocks[kind], TRAIT[attack]] += _behind(attacks, defends, eats)
        pays[blocks[kind - 1], TRAIT[defence]] += _behind(defends, attacks, eats.T)
    is_hunted = life.prey[blocks[MEAT_EATER]].any(axis=0)
    chosen = CHOICE / 10 * life.traits[:, TRAIT["senses"]] - SHOWS * is_hunted
    pays[:, TRAIT["display"]] += np.where(life.kind == PLANT, 0, chosen)
    return pays


def _behind(mine: Floats, theirs: Floats, meets: Codes) -> Floats:
    """Return how much more of a trait pays for those who are behind the average of those whom they meet."""
    # Added up one by one: a product of matrices may round differently on another processor.
    total = (meets * theirs).sum(axis=1)
    count = meets.sum(axis=1)
    lead = total / np.maximum(count, 1) - mine
    return np.where(count > 0, RACE * np.clip(lead / RACE_LEAD, 0, 1), 0)


def _bury(life: Life, year: int) -> list[Happening]:
    """Take away species of which none is left, and see whether they were too many at a time."""
    alive = life.population.max(axis=1) > 0
    gone = len(alive) - int(np.count_nonzero(alive))
    if gone or life.lost:
        life.lost = [lost for lost in life.lost if lost > year - EXTINCT_WITHIN] + [year] * gone
    if not gone:
        return []
    _keep(life, alive)
    life.extinctions += gone
    before = len(life.number) + len(life.lost)
    # What a catastrophe goes on to kill while life recovers from it belongs to it.
    if before >= 10 and len(life.lost) > before / 2 and year >= life.recovering_until:
        details = {"lost": len(life.lost), "left": len(life.number)}
        life.mass_extinctions += 1
        life.recovering_until = year + RECOVERY
        return [Happening(year, MASS_EXTINCTION, details)]
    return []


def _keep(life: Life, alive: Flags) -> None:
    for name in _PER_SPECIES:
        setattr(life, name, getattr(life, name)[alive])
    life.prey = life.prey[np.ix_(alive, alive)]
    life.partner[~np.isin(life.partner, life.number)] = -1


def _turn_over(life: Life, seed: int, year: int, habitats: Habitats, parts: frozenset[str]) -> list[Happening]:
    """Let ten thousand years do what they do: air, migration, new species, and minds."""
    stream = Stream(seed, f"species/{year}")
    happened = _fill_niches(life, stream, year, habitats)
    plants = float(life.population[life.kind == PLANT].sum())
    most = float((_CAPACITY * habitats.area).sum()) / UNIT_AREA * PLANTS_FILL
    wanted = OXYGEN[0] + (OXYGEN[1] - OXYGEN[0]) * min(1.0, plants / max(most, 1.0)) * 0.6
    life.oxygen += (wanted - life.oxygen) * 0.02
    life.protected_until[life.protected_until <= year] = 0
    if len(life.number):
        draws = units(stream.key ^ 1, 5 * len(life.number)).reshape(5, -1)
        happened += _die_of_chance(life, draws[0], year)
        if "migration" in parts:
            _migrate(life, draws[1], draws[2], habitats)
        _pair(life, stream, draws[4])
        _speciate(life, stream, draws[3], year)
        _fill_prey_lists(life)
        if "sapience" in parts:
            happened += _come_to_mind(life, year, habitats)
    return happened


def _die_of_chance(life: Life, draws: Floats, year: int) -> list[Happening]:
    """Let species end; those that were a large part of their kind are worth a line."""
    total = life.population.sum(axis=1)
    doomed = (draws < LIFETIME + np.minimum(0.05, 2 / (total + 1))) & (life.protected_until == 0)
    of_kind = np.bincount(life.kind, total, len(MOST_SPECIES))
    large = doomed & (total > LARGE * of_kind[life.kind])
    life.population[doomed] = 0
    rows = np.flatnonzero(large).tolist()
    return [_about(life, row, year, EXTINCTION) for row in rows]


def _about(life: Life, row: int, year: int, kind: str) -> Happening:
    return Happening(year, kind, {"species": int(life.number[row]), "kind": int(life.kind[row])})


def _migrate(life: Life, draws: Floats, ways: Floats, habitats: Habitats) -> None:
    """Let every fifth species send a fiftieth of itself to another biome, if it can live there."""
    total = life.population.sum(axis=1)
    rows = np.flatnonzero((draws < 0.2) & (total > 50))
    biome = (ways[rows] * BIOMES).astype(np.int64)
    fits = (_fitness(life, habitats)[rows, biome] > 0.3) & (habitats.area[biome] > 0.002)
    life.population[rows[fits], biome[fits]] += 0.02 * total[rows[fits]]


def _pair(life: Life, stream: Stream, draws: Floats) -> None:
    """Let animals find partners among the plants that they eat, whose pollen and seeds they carry, and part from them.

    Those who no longer share a biome part as well.
    """
    here = life.population > 0
    row_of = {number: row for row, number in enumerate(life.number.tolist())}
    for row in np.flatnonzero(life.kind == PLANT_EATER).tolist():
        if life.partner[row] >= 0:
            other = row_of[int(life.partner[row])]
            if draws[row] < PAIRS or not (here[row] & here[other]).any():
                life.partner[[row, other]] = -1
        elif draws[row] < PAIRS:
            free = np.flatnonzero((life.prey[row] == 1) & (life.partner < 0))
            if len(free):
                other = int(free[stream.below(len(free))])
                life.partner[row], life.partner[other] = life.number[other], life.number[row]


def _speciate(life: Life, stream: Stream, draws: Floats, year: int) -> None:
    life.variance = np.minimum(life.variance + (0.1 if year < life.recovering_until else 0.003), 1)
    for row in np.flatnonzero(_is_another(life)).tolist():
        life.partner[life.partner == life.number[row]] = life.next_number
        life.parent[row], life.number[row], life.born[row] = life.number[row], life.next_number, year
        life.founding[row] = life.genes[row]
        life.next_number += 1
    isolated = (year - life.born >= ISOLATED) & ((life.population > 0).sum(axis=1) > 1)
    chance = SPLITTING + 0.03 * isolated + (0.03 if year < life.recovering_until else 0)
    chance += np.where(life.kind == PLANT, 0, ATTRACTS / 10 * life.traits[:, TRAIT["display"]])
    splits = (life.population.sum(axis=1) > SPLITS_FROM) & (life.variance > SPLITS_AT)
    splits &= draws < np.minimum(chance, MOST_SPLITTING)
    room = [most - here for most, here in zip(MOST_SPECIES, _counts(life), strict=True)]
    for row in reversed(np.flatnonzero(splits).tolist()):  # from the last, because the rows behind a new one move
        kind = int(life.kind[row])
        if room[kind] > 0:
            room[kind] -= 1
            _split(life, stream, row, year)


def _is_another(life: Life) -> Flags:
    """Return which species are no longer what they were at first: by their genes, or by a trait."""
    distance = (np.abs(life.genes - life.founding) * _WEIGHTS).sum(axis=1) / _WEIGHTS.sum()
    was, (least, most) = np.maximum(_traits(life.founding), HARDLY), SAME_TRAIT
    now = np.maximum(life.traits, HARDLY)
    return (distance >= DISTANCE) | ((now < least * was) | (now > most * was)).any(axis=1)


def _counts(life: Life) -> list[int]:
    return np.bincount(life.kind, minlength=len(MOST_SPECIES)).tolist()


def _split(life: Life, stream: Stream, row: int, year: int) -> None:
    """Let a third of a species become another one."""
    genes = life.genes[row].copy()
    for _ in range(GENES // 8):
        gene = stream.below(GENES)
        genes[gene] = max(0.0, min(1.0, float(genes[gene]) + stream.between(-0.3, 0.3)))
    population = life.population[row] / 3
    life.population[row] -= population
    life.variance[row] = 0.1
    kind, mind = int(life.kind[row]), int(life.mind[row])
    _add(life, kind, bool(life.aquatic[row]), population, genes, year, int(life.number[row]), mind)


def _fill_niches(life: Life, stream: Stream, year: int, habitats: Habitats) -> list[Happening]:
    """Let life reach what it has lost: spores, eggs and those who hid come back where there is food and no one."""
    happened: list[Happening] = []
    for kind in (PLANT, PLANT_EATER, MEAT_EATER):
        present = life.population[life.kind == kind].sum(axis=0) > 0
        below = life.population[life.kind == kind - 1].sum(axis=0) if kind else np.full(BIOMES, 1e9)
        for biome in np.flatnonzero(~present & (habitats.area >= MAJOR) & (below >= SPLITS_FROM)).tolist():
            is_harsh = not -25 < habitats.celsius[biome] < 60
            if stream.unit() >= 0.25 or is_harsh or _counts(life)[kind] >= MOST_SPECIES[kind]:
                continue
            if kind == PLANT and not life.population.any():
                happened.append(Happening(year, LIFE_RETURNED))
            _found(life, stream, kind, biome, habitats, year)
    if len(life.prey) != len(life.number):
        _fill_prey_lists(life)
    return happened


def _come_to_mind(life: Life, year: int, habitats: Habitats) -> list[Happening]:
    happened: list[Happening] = []
    thinks = ways_to_think(magic=habitats.magic > 0 or life.infused == 1)
    animals = life.kind != PLANT
    traits = {name: life.traits[:, column] for name, column in TRAIT.items()}
    for level, kind, ways in ((2, SAPIENCE, thinks), (1, PROTO_SAPIENCE, PROTO_SAPIENT)):
        able = animals & fulfils(traits, ways)
        for row in np.flatnonzero(able & (life.mind < level)).tolist():
            life.mind[row] = level
            life.sapient += level == 2
            details = {"species": int(life.number[row]), "kind": int(life.kind[row])}
            happened.append(Happening(year, kind, details))
    return happened
