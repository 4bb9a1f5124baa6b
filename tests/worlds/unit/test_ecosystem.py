"""What lives through deep time. Source: worlds 15.2, 11.6."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from worlds.ecosystem import life as living
from worlds.ecosystem.habitats import Habitats
from worlds.ecosystem.life import Life
from worlds.ecosystem.models import (
    GENES,
    LIFE_RETURNED,
    MASS_EXTINCTION,
    MEAT_EATER,
    MIND,
    PATHOGENS,
    PLANT,
    PLANT_EATER,
    SAPIENCE,
    TRAIT,
    TRAITS,
    WEIGHTS,
    basic_reproduction,
    fulfils,
    hunt_success,
    mortality,
    name_of,
    ways_to_think,
)
from worlds.generation.biomes import Biome
from worlds.generation.randomness import Stream

EARTH = Habitats(
    area=np.array([0.7, 0.02, 0.03, 0.05, 0.07, 0.05, 0.05, 0.03]),
    celsius=np.array([15.0, -5, -8, 2, 12, 12, 24, 25]),
    rain=np.array([1000.0, 600, 400, 1300, 700, 1400, 1900, 150]),
)
EARTH_OF_MAGIC = replace(EARTH, magic=0.6)
THOUSAND = 1_000


def pass_thousands(life: Life, first: int, last: int, habitats: Habitats = EARTH) -> list[str]:
    happened = []
    for thousand in range(first + 1, last + 1):
        happened += living.pass_years(life, 7, thousand * THOUSAND, THOUSAND, habitats)
    return [each.kind for each in happened]


@pytest.fixture
def young() -> Life:
    life = living.begin(7, EARTH)
    pass_thousands(life, 0, 5)
    return life


def of_kind(life: Life, kind: int) -> float:
    return float(life.population[life.kind == kind].sum())


def test_each_biome_begins_with_five_to_ten_species_of_three_kinds():
    life = living.begin(7, EARTH)

    for biome in Biome:
        here = life.kind[life.population[:, biome] > 0]
        assert 5 <= len(here) <= 10
        shares = np.bincount(here, minlength=3) / len(here)
        assert shares == pytest.approx([0.4, 0.3, 0.3], abs=0.15)


def test_life_is_a_pyramid(young: Life):
    total = sum(of_kind(young, kind) for kind in range(3))
    plants, eaters, hunters = (of_kind(young, kind) / total for kind in range(3))

    assert 0.8 <= plants <= 0.9
    assert 0.08 <= eaters <= 0.15
    assert 0.02 <= hunters <= 0.05


def test_everyone_has_something_to_eat(young: Life):
    """The original's lists of prey were empty."""
    for row in np.flatnonzero(young.kind != PLANT):
        food = young.kind[young.prey[row] == 1]
        assert set(food) == {young.kind[row] - 1}


def test_without_plants_plant_eaters_are_gone_within_ten_years(young: Life):
    young.population[young.kind == PLANT] = 0

    for year in range(5_001, 5_011):
        living.pass_years(young, 7, year, 1, EARTH)

    assert of_kind(young, PLANT_EATER) == of_kind(young, MEAT_EATER) == 0


def test_without_plant_eaters_meat_eaters_are_gone_and_plants_stay(young: Life):
    young.population[young.kind == PLANT_EATER] = 0

    for year in range(5_001, 5_011):
        living.pass_years(young, 7, year, 1, EARTH)

    assert of_kind(young, MEAT_EATER) == 0 < of_kind(young, PLANT)


def test_populations_stay_below_what_a_biome_can_feed(young: Life):
    most = living._CAPACITY * EARTH.area / living.UNIT_AREA * living.PLANTS_FILL * (1 + living.NOISE)

    assert (young.population[young.kind == PLANT].sum(axis=0) <= most).all()


def test_nothing_lives_where_it_cannot(young: Life):
    in_the_sea = young.population[:, Biome.OCEAN] > 0

    assert np.array_equal(in_the_sea, young.aquatic == 1)


def test_traits_are_what_the_genes_say():
    life = living.begin(7, EARTH)
    pass_thousands(life, 0, 200)

    for row in range(len(life.number)):
        assert life.traits[row] == pytest.approx(living._traits(life.genes[row]), abs=1e-9)
    assert life.traits.min() >= -1e-9
    assert life.traits.max() <= 10 + 1e-9


def test_genes_weigh_as_the_rule_says():
    assert [WEIGHTS.count(weight) for weight in (10, 5, 2, 1)] == [6, 15, 30, GENES - 51]
    assert len(TRAITS) == 30


def test_species_arise_evolve_and_vanish():
    life = living.begin(7, EARTH)
    first = life.next_number
    before = life.genes.copy()
    pass_thousands(life, 0, 3_000)

    assert life.next_number > first + 5
    assert life.extinctions > 0
    assert (life.parent >= 0).any()
    assert len(set(life.number)) == len(life.number) <= sum(living.MOST_SPECIES)
    assert before.shape[1] == life.genes.shape[1]


def test_what_drifts_far_enough_is_a_new_species(young: Life):
    young.genes[0] = np.clip(young.founding[0] + 0.5, 0, 1)
    young.founding[0] = 0
    number, next_number = young.number[0], young.next_number

    pass_thousands(young, 5, 10)

    assert young.parent[0] == number
    assert young.number[0] == next_number


@pytest.mark.parametrize(
    ("population", "variance", "draw", "age", "splits"),
    [
        (501, 0.31, 0.099, 0, True),
        (499, 0.31, 0.099, 0, False),
        (501, 0.29, 0.099, 0, False),
        (501, 0.31, 0.101, 0, False),
        (501, 0.31, 0.129, 50_000, True),  # isolated
        (501, 0.31, 0.131, 50_000, False),
    ],
)
def test_a_large_and_varied_species_splits_by_chance_and_a_third_of_it_goes(
    young: Life, population: float, variance: float, draw: float, age: int, splits: bool
):
    living._keep(young, np.arange(len(young.number)) == 0)
    young.population[:] = 0
    young.population[0, [Biome.TAIGA, Biome.GRASSLAND][: 1 + bool(age)]] = population / (1 + bool(age))
    young.variance[0] = variance - 0.003  # what comes with ten thousand years
    young.born[0] = 100_000 - age

    living._speciate(young, Stream(1, "test"), np.array([draw]), 100_000)

    assert len(young.number) == 1 + splits
    if splits:
        assert young.parent.tolist().count(young.number[0]) == 1
        assert young.population.sum(axis=1) == pytest.approx([population * 2 / 3, population / 3])


def test_species_spread_to_other_biomes():
    life = living.begin(7, EARTH)
    pass_thousands(life, 0, 300)

    assert ((life.population > 0).sum(axis=1) > 1).any()


def test_a_mass_extinction_is_noted_once_and_life_recovers(young: Life):
    count = len(young.number)
    keeps = np.arange(count) % 4 == 0
    young.population[~keeps] = 0

    kinds = pass_thousands(young, 5, 1_000)

    assert kinds.count(MASS_EXTINCTION) == young.mass_extinctions == 1
    assert young.recovering_until == 6_000 + 20_000
    assert len(young.number) > keeps.sum() + 5


def test_life_comes_back_after_the_last_of_it_is_gone(young: Life):
    young.population[:] = 0

    kinds = pass_thousands(young, 5, 200)

    assert LIFE_RETURNED in kinds
    assert all(of_kind(young, kind) > 0 for kind in range(3))


def test_an_ocean_without_oxygen_takes_its_life(young: Life):
    before = young.population.copy()
    living.suffocate_sea(young)

    assert young.population[:, Biome.OCEAN].sum() < 0.5 * before[:, Biome.OCEAN].sum()
    assert np.array_equal(np.delete(young.population, Biome.OCEAN, 1), np.delete(before, Biome.OCEAN, 1))


def test_dust_starves_plants(young: Life):
    dark = Habitats(EARTH.area, EARTH.celsius, EARTH.rain, offset=-25)
    before = of_kind(young, PLANT)
    for year in range(5_001, 5_006):
        living.pass_years(young, 7, year, 1, dark)

    assert 0 < of_kind(young, PLANT) < 0.5 * before


def test_diseases_break_out_and_kill():
    life = living.begin(7, EARTH)
    pass_thousands(life, 0, 3_000)

    assert life.outbreaks > 0
    assert basic_reproduction(1, 1, 0, 1) == 3
    assert basic_reproduction(1, 0, 1, 0) == pytest.approx(0.225)
    assert [round(each.up_to, 2) for each in PATHOGENS] == [0.4, 0.7, 0.85, 0.98, 1]  # 40, 30, 15, 13 and 2 %
    assert mortality(0.5, 0.5) == pytest.approx(0.3)
    assert (mortality(0, 0), mortality(2, 0)) == (0.01, 0.95)


def test_hunts_succeed_by_speed_and_camouflage():
    assert hunt_success(5, 5, 50) == 0.5
    assert (hunt_success(1, 100, 0), hunt_success(9, 1, 0)) == (0.05, 0.9)


def test_minds_are_judged_on_the_scale_of_their_traits(young: Life):
    """The original compared traits up to 1 with thresholds up to 10."""
    bright = dict.fromkeys(TRAITS, 0.0) | {"intelligence": 7.5, "social": 6, "tool use": 5, "communication": 6}
    magic = dict.fromkeys(TRAITS, 0.0) | {"intelligence": 5, "social": 5, "magic affinity": 7}
    row = int(np.flatnonzero(young.kind == MEAT_EATER)[0])
    for name in ("intelligence", "social", "tool use", "communication"):
        young.genes[row][np.arange(GENES) % 100 % 30 == TRAIT[name]] = 0.9
        young.traits[row, TRAIT[name]] = 9

    kinds = pass_thousands(young, 5, 10)

    assert kinds.count(SAPIENCE) == young.sapient == 1
    assert fulfils(bright, ways_to_think(magic=True))
    assert fulfils(magic, ways_to_think(magic=True))
    assert not fulfils(magic, ways_to_think(magic=False))
    assert not fulfils(bright | {"communication": 5.9}, ways_to_think(magic=True))


def test_oxygen_stays_within_its_range(young: Life):
    pass_thousands(young, 5, 2_000)
    assert 0.15 <= young.oxygen <= 0.35
    young.population[:] = 0
    for thousand in range(2_001, 2_100):
        young.population[:] = 0
        living.pass_years(young, 7, thousand * THOUSAND, THOUSAND, EARTH)
    assert 0.15 <= young.oxygen < 0.25


def test_only_where_there_is_magic_does_it_lead_to_minds(young: Life):
    """Source: worlds 15.2; the owner who infuses magic brings it along."""

    def thinks(magic: float, *, infused: bool = False) -> int:
        life = living.restored(young)
        row = int(np.flatnonzero(life.kind == PLANT_EATER)[0])
        for name, gene in (("intelligence", 0.58), ("social", 0.58), ("magic affinity", 0.6)):
            life.genes[row][np.arange(GENES) % 100 % 30 == TRAIT[name]] = gene
        living.intervene(life, "infuse", int(life.number[row]), 5_000)  # to an affinity of 9
        life.infused = int(infused)
        pass_thousands(life, 5, 10, EARTH_OF_MAGIC if magic else EARTH)
        return life.sapient

    assert thinks(0) == 0
    assert thinks(0.6) == 1
    assert thinks(0, infused=True) == 1


def test_who_infuses_magic_opens_its_way_to_think(young: Life):
    living.intervene(young, "infuse", None, 5_000)

    assert young.infused == 1


def pair(life: Life, plant: int, eater: int) -> None:
    life.partner[[plant, eater]] = life.number[[eater, plant]]


def of_biome(life: Life, kind: int, biome: Biome) -> list[int]:
    return np.flatnonzero((life.kind == kind) & (life.population[:, biome] > 0)).tolist()


@pytest.mark.parametrize("years", [1, THOUSAND])
def test_partners_do_better_where_they_meet(young: Life, years: int):
    """Source: worlds 15.2, symbiosis; with the same chance in both worlds."""
    plant, other, *_ = of_biome(young, PLANT, Biome.GRASSLAND)
    eater = of_biome(young, PLANT_EATER, Biome.GRASSLAND)[0]
    alone = living.restored(young)
    pair(young, plant, eater)

    for life in (young, alone):
        living.pass_years(life, 7, 5_000 + years, years, EARTH)

    assert young.population[plant].sum() > alone.population[plant].sum()
    assert young.population[eater].sum() > alone.population[eater].sum()
    assert young.population[other].sum() < alone.population[other].sum()  # it competes with the plant


def test_partners_come_and_go(young: Life):
    seen = [0]
    for ten in range(1, 301):
        pass_thousands(young, 10 * ten, 10 * ten + 10)
        paired = np.flatnonzero(young.partner >= 0)
        mates = living._rows_of(young, young.partner[paired])
        assert np.array_equal(young.partner[mates], young.number[paired])
        assert (young.kind[paired] + young.kind[mates] == PLANT + PLANT_EATER).all()
        seen.append(len(paired))

    assert max(seen) > 4
    assert any(after < before for before, after in pairwise(seen))


def test_a_partner_is_left_behind_by_the_one_that_dies_out(young: Life):
    plant, eater = of_biome(young, PLANT, Biome.TAIGA)[0], of_biome(young, PLANT_EATER, Biome.TAIGA)[0]
    pair(young, plant, eater)
    young.population[plant] = 0

    living.pass_years(young, 7, 5_001, 1, EARTH)

    assert (young.partner == -1).all()


def with_traits(life: Life, rows: list[int], trait: str, value: float) -> None:
    for row in rows:
        life.genes[row][np.arange(GENES) % 100 % 30 == TRAIT[trait]] = value / 10
        life.traits[row, TRAIT[trait]] = value


@pytest.mark.parametrize(
    ("kind", "attack", "defence"),
    [(MEAT_EATER, "speed", "speed"), (MEAT_EATER, "strength", "armor"), (PLANT_EATER, "foraging", "toxicity")],
)
def test_who_is_eaten_catches_up_with_who_eats_it_and_the_other_way_round(
    young: Life, kind: int, attack: str, defence: str
):
    """Co-evolution: the one that is behind changes, and the one that is ahead does not."""
    eaters, eaten = (np.flatnonzero(young.kind == each).tolist() for each in (kind, kind - 1))
    fast, slow = living.restored(young), living.restored(young)
    for life, attacks, defends in ((fast, 8, 3), (slow, 3, 8)):
        with_traits(life, eaters, attack, attacks)
        with_traits(life, eaten, defence, defends)
        living._fill_prey_lists(life)

    ahead, behind = living._pressure(fast), living._pressure(slow)

    meets = fast.prey[eaters][:, eaten]
    assert (ahead[eaten, TRAIT[defence]][meets.any(axis=0)] == living.RACE).all()
    assert (ahead[eaters, TRAIT[attack]] == 0).all()
    meets = slow.prey[eaters][:, eaten]
    assert (behind[eaters, TRAIT[attack]][meets.any(axis=1)] == living.RACE).all()
    assert (behind[eaten, TRAIT[defence]] == 0).all()


def test_prey_grows_faster_with_its_hunters():
    def speed_of_prey(hunters: float) -> float:
        life = living.begin(7, EARTH)
        for thousand in range(1, 1_001):
            with_traits(life, np.flatnonzero(life.kind == MEAT_EATER).tolist(), "speed", hunters)
            pass_thousands(life, thousand - 1, thousand)
        return float(life.traits[life.kind == PLANT_EATER, TRAIT["speed"]].mean())

    assert speed_of_prey(9) > speed_of_prey(1) + 0.5


def test_mates_choose_by_display_where_they_see_it_and_hunters_do_not():
    """Sexual selection: animals only."""
    life = living.begin(7, EARTH)
    with_traits(life, list(range(len(life.number))), "senses", 8)
    pays = living._pressure(life)[:, TRAIT["display"]]
    hunted = life.prey[life.kind == MEAT_EATER].any(axis=0)

    assert (pays[life.kind == PLANT] == 0).all()
    assert pays[life.kind == MEAT_EATER] == pytest.approx(0.24)
    assert pays[(life.kind == PLANT_EATER) & hunted] == pytest.approx(0.24 - living.SHOWS)


def test_a_species_whose_trait_has_left_its_range_is_another_one(young: Life):
    """Source: worlds 11.6: .5 to 1.5 times what it was."""
    rows = young.kind != PLANT
    for name, was, now, is_another in (
        ("speed", 4, 6.1, True),
        ("speed", 4, 5.9, False),
        ("speed", 4, 1.9, True),
        ("speed", 4, 2.1, False),
        ("social", 0.2, 0.9, False),  # there was hardly any, and there is
        ("social", 0.2, 1.6, True),
    ):
        with_traits(young, np.flatnonzero(rows).tolist(), name, was)
        young.founding = young.genes.copy()
        with_traits(young, np.flatnonzero(rows).tolist(), name, now)
        assert living._is_another(young).tolist() == (rows & is_another).tolist(), (name, was, now)


def test_species_have_names_of_their_own():
    assert name_of(7, 3, PLANT) == name_of(7, 3, PLANT)
    assert len({name_of(7, number, number % 3) for number in range(50)}) > 40


def test_few_minds_grow_and_those_that_have_come_far_grow_on():
    """Each trait of a mind pays only with the others: most species never come to think, some do."""

    def minded(gene: float) -> Life:
        life = living.begin(7, EARTH)
        for name in MIND:
            rows = np.ix_(life.kind != PLANT, np.arange(GENES) % 100 % 30 == TRAIT[name])
            life.genes[rows] = gene
            life.traits[life.kind != PLANT, TRAIT[name]] = 10 * gene
        pass_thousands(life, 0, 2_000)
        return life

    assert minded(0.3).sapient == 0
    assert minded(0.62).sapient > 0
