"""Single creatures, from birth to death. Source: worlds 15.2; each fault of the original that 15 names has a test."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from worlds.acting import settled_creatures
from worlds.ecosystem import creatures
from worlds.ecosystem.creatures import DAY, LIFESPANS, MEAL, MOST, READY, SEASON, STARVES, Creature, Fauna, settle
from worlds.ecosystem.models import MEAT_EATER, PLANT, PLANT_EATER
from worlds.generation.biomes import Biome
from worlds.ground.cache import Remembered
from worlds.space.models import Position, sphere

SPACE = sphere()
HERE, THERE = Biome.GRASSLAND, Biome.TAIGA
USUAL = (5.0, 6.0, 2.0, 5.0, 4.0)


def put(fauna: Fauna, *kinds: int, biome: int = HERE) -> Fauna:
    for kind in kinds:
        place = Position(1_000 * fauna.next_number, 0, 0)
        fauna = creatures.spawned(fauna, 10 + kind, kind, biome, place, USUAL)
    return fauna


def meadow(seed: int = 7) -> Fauna:
    return put(Fauna(seed, SPACE, at=1_000), *[PLANT] * 6, *[PLANT_EATER] * 4, *[MEAT_EATER] * 2)


def of_kind(fauna: Fauna, kind: int) -> list[Creature]:
    return [each for each in fauna.living() if each.kind == kind]


@given(st.lists(st.integers(1, 30 * SEASON), max_size=6), st.integers(0, 3))
def test_creatures_settled_in_many_pieces_are_as_in_one(ticks: list[int], seed: int):
    start = meadow(seed)
    whole = settle(start, start.at + 30 * SEASON)

    cut = start
    for tick in sorted(ticks):
        cut = settle(cut, start.at + tick)
    cut = settle(cut, start.at + 30 * SEASON)

    assert cut == whole


def test_what_was_settled_for_one_who_looked_before_is_as_if_no_one_had(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settled_creatures, "faunas", Remembered(2))
    stored, key = meadow(), (uuid4(), 1, 1_000, 13, 12)
    end = creatures.MOST_SEASONS * SEASON  # after it, all stays as it is

    for tick in (1_000, 5_000, 30 * SEASON + 1, 20 * SEASON, end - SEASON, end + 5, end + 4 * SEASON):
        assert settled_creatures.settled(key, stored, tick) == settle(stored, tick)


def test_a_meadow_breeds_and_stays_within_its_limits():
    """The original's never bred."""
    fauna = meadow()
    for year in range(1, 31):
        fauna = settle(fauna, year * 360 * DAY)
        plants, eaters, hunters = creatures.counted(fauna.living())
        assert len(fauna.living()) <= MOST
        assert eaters <= max(4, creatures.EATERS_PER_PLANT * plants)
        assert hunters <= max(2, eaters)

    assert max(each.generation for each in fauna.creatures.values()) > 3
    assert {each.cause for each in fauna.creatures.values()} >= {"", creatures.OLD_AGE, creatures.HUNTED}


def test_children_stand_beside_their_mothers():
    """The original's all stood at (0, 0)."""
    fauna = settle(meadow(), 4 * SEASON)
    born = [each for each in fauna.creatures.values() if each.mother is not None]

    assert born
    for each in born:
        assert each.mother is not None
        mother = fauna.creatures[each.mother]
        assert each.biome == mother.biome
        assert abs(each.position.x - mother.position.x) <= creatures.FAR
    assert len({each.position for each in fauna.creatures.values()}) > len(fauna.creatures) / 2


def test_who_finds_nothing_to_eat_starves_in_1819_ticks():
    alone = put(Fauna(7, SPACE), PLANT_EATER)

    [eater] = settle(alone, STARVES - 1).living()
    dead = settle(alone, STARVES).creatures[1]

    assert creatures.needs_at(eater, STARVES - 1, has_food=False).hunger > 99.9
    assert (dead.died, dead.cause) == (STARVES, creatures.STARVED)


def test_food_elsewhere_is_no_food():
    fauna = put(put(Fauna(7, SPACE), PLANT, biome=THERE), PLANT_EATER)

    assert [each.kind for each in settle(fauna, STARVES).living()] == [PLANT]


def test_the_hungry_eat_what_comes():
    hungry = settle(put(Fauna(7, SPACE), PLANT_EATER), 1_500)

    fed = put(hungry, PLANT)

    assert creatures.needs_at(fed.creatures[1], 1_500, has_food=True).hunger == 0
    assert len(settle(fed, DAY).living()) == 2


def test_when_the_last_plant_has_died_its_eaters_follow():
    fauna = put(Fauna(7, SPACE), PLANT, PLANT_EATER)
    old = fauna.creatures[1]
    old = replace(old, born=DAY - LIFESPANS[PLANT])
    fauna = replace(fauna, creatures={**fauna.creatures, 1: old})

    after = settle(fauna, 2 * DAY)

    plant, eater = after.creatures[1], after.creatures[2]
    assert (plant.died, plant.cause) == (DAY, creatures.OLD_AGE)
    assert eater.died is not None
    assert DAY + STARVES - MEAL <= eater.died <= DAY + STARVES
    assert eater.cause == creatures.STARVED


def test_needs_rise_with_the_ticks():
    [plant, eater] = put(Fauna(7, SPACE), PLANT, PLANT_EATER).living()

    needs = creatures.needs_at(eater, 100, has_food=True)

    assert needs.hunger == needs.thirst == pytest.approx(5.5)
    assert needs.urge == pytest.approx(44)
    assert creatures.needs_at(eater, MEAL, has_food=True).hunger == 0
    assert creatures.needs_at(plant, 100, has_food=True).hunger == 0
    before, after = (creatures.needs_at(eater, tick, has_food=True).energy for tick in (100, 200))
    assert before - after == pytest.approx(1)


def test_two_that_are_grown_and_fed_have_young_once_they_are_ready():
    fauna = put(Fauna(7, SPACE), PLANT, PLANT_EATER, PLANT_EATER)
    with pytest.raises(creatures.NoPair):
        creatures.bred(settle(fauna, READY - 1), fauna.living()[1:])

    ready = settle(fauna, READY)
    after, young = creatures.bred(ready, ready.living()[1:])

    assert [(each.mother, each.father, each.generation) for each in young] == [(2, 3, 2)] * 2
    assert [each.mated for each in of_kind(after, PLANT_EATER)] == [READY] * 4
    with pytest.raises(creatures.NoPair):
        creatures.bred(settle(after, 2 * READY), [*young, after.creatures[2]])
    with pytest.raises(creatures.NoPair):
        creatures.bred(ready, ready.living()[:2])


def test_a_thousand_creatures_are_enough():
    full = Fauna(7, SPACE)
    plant = put(full, PLANT).creatures[1]
    crowd = {key: replace(plant, number=key) for key in range(1, MOST + 1)}
    full = replace(full, next_number=MOST + 1, creatures=crowd)

    with pytest.raises(creatures.TooManyCreatures):
        put(full, PLANT)
    assert len(settle(full, 4 * SEASON).living()) <= MOST


def test_long_absences_cost_no_more_than_a_hundred_years():
    fauna = settle(meadow(), 100_000 * SEASON)

    assert fauna.at == 100_000 * SEASON
    assert fauna.living()
    assert len(fauna.creatures) <= MOST + creatures.MOST_KEPT
