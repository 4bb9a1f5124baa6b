"""What it takes to make something, and what comes of it. Source: worlds 22 and 23.2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from worlds.crafting import rules
from worlds.crafting.content import Recipe, recipes
from worlds.crafting.rules import Taken
from worlds.items.content import items
from worlds.items.models import Belongings, Held, WearSlot
from worlds.skills.rules import check
from worlds.technology.models import TechnologyLevel, WorldTechnology

ITEMS, RECIPES = items.by_key, recipes.by_key
MATERIALS = ["stone", "stick", "clay", "oak_log", "log", "cord", "plank", "hemp"]
MEDIEVAL = WorldTechnology(TechnologyLevel.MEDIEVAL)


def ids() -> Callable[[], UUID]:
    numbers = count(1_000)
    return lambda: UUID(int=next(numbers))


def holding(**quantities: int) -> Belongings:
    return Belongings(
        tuple(Held(UUID(int=n), ITEMS[key], quantity) for n, (key, quantity) in enumerate(quantities.items()))
    )


def left(taken: object) -> dict[str, int]:
    assert isinstance(taken, Taken)
    return dict(Counter({each.item.key: each.quantity for each in taken.left.held}))


def test_ingredients_are_used_up_and_nothing_else():
    taken = rules.take(RECIPES["stone_axe"].ingredients, holding(stone=3, stick=1, lamp=1), ids())
    assert left(taken) == {"stone": 2, "lamp": 1}


def test_what_is_missing_is_named_and_counted():
    lacking = rules.take(RECIPES["clay_pot"].ingredients, holding(clay=1, lamp=1), ids())
    assert not isinstance(lacking, Taken)
    assert [(each.amount.item, each.quantity) for each in lacking] == [("clay", 1)]


def test_substitutes_count_in_their_own_quantity_and_may_be_mixed():
    knife, raft = RECIPES["flint_knife"], RECIPES["raft"]
    assert left(rules.take(knife.ingredients, holding(flint=1, stone=2), ids())) == {"stone": 2}
    assert left(rules.take(knife.ingredients, holding(stone=3), ids())) == {"stone": 1}
    assert not isinstance(rules.take(knife.ingredients, holding(stone=1), ids()), Taken)
    assert left(rules.take(raft.ingredients, holding(oak_log=1, log=2, mahogany_log=2, rope=2), ids())) == {
        "mahogany_log": 1
    }


def test_what_is_worn_is_not_used_and_the_poorest_that_is_good_enough_goes_first():
    cap = Held(UUID(int=1), ITEMS["stone"], 2, quality=3)
    poor = replace(cap, holding_id=UUID(int=2), quality=0)
    taken = rules.take(RECIPES["stone_axe"].ingredients, Belongings((cap, poor, *holding(stick=1).held)), ids())
    assert isinstance(taken, Taken)
    assert [(each.quality, each.quantity) for each in taken.left.held if each.item.key == "stone"] == [(3, 2), (0, 1)]
    ring = Held(UUID(int=3), ITEMS["gold_ring"], slot=WearSlot.RING1)
    worn = Belongings((ring, *holding(emerald=1).held))
    assert not isinstance(rules.take(RECIPES["gem_ring"].ingredients, worn, ids()), Taken)


@given(
    st.sampled_from(sorted(RECIPES)),
    st.dictionaries(
        st.sampled_from(["stone", "stick", "clay", "oak_log", "log", "cord", "plank", "hemp"]), st.integers(1, 20)
    ),
)
def test_nothing_is_lost_or_made_when_ingredients_are_taken(key: str, quantities: dict[str, int]):
    before = holding(**quantities)
    taken = rules.take(RECIPES[key].ingredients, before, ids())
    if isinstance(taken, Taken):
        there = Counter({each.item.key: each.quantity for each in taken.left.held})
        assert there + Counter(taken.used) == Counter(quantities)
    else:
        assert taken
        assert all(each.quantity > 0 for each in taken)


@pytest.mark.parametrize(
    ("level", "proficiency", "tier"),
    [(0, 0, 0), (19, 0, 0), (20, 0, 1), (59, 0, 2), (60, 0, 3), (80, 0, 4), (100, 0, 4), (15, 49, 1), (0, 50, 1)],
)
def test_quality_grows_with_skill_and_practice(level: int, proficiency: float, tier: int):
    assert rules.quality(RECIPES["stone_axe"], level, proficiency, None) == tier


def test_the_minimum_is_subtracted_and_a_master_makes_legends_of_anything():
    hardest = RECIPES["power_armour"]
    assert [rules.quality(hardest, level, 0, None) for level in (76, 85, 100)] == [0, 1, 4]


def test_a_check_that_fails_costs_a_tier_and_a_stroke_of_luck_adds_one():
    pot = RECIPES["clay_pot"]
    results = {roll: rules.quality(pot, 55, 0, check(roll, 55, 50, 130)) for roll in (3, 60, 70, 97)}
    assert results == {3: 0, 60: 1, 70: 2, 97: 3}


@pytest.mark.parametrize(("proficiency", "seconds"), [(0, 600), (49, 453), (50, 360), (100, 210)])
def test_practice_makes_faster_and_specialists_more_so(proficiency: float, seconds: float):
    assert rules.seconds(RECIPES["clay_pot"], proficiency) == pytest.approx(seconds)


def test_who_is_proficient_learns_less_but_never_nothing():
    pot = RECIPES["clay_pot"]
    assert rules.practised(pot, 0) == 2
    assert rules.practised(pot, 50) == 51
    assert rules.practised(pot, 99) == pytest.approx(99.1)
    assert rules.practised(pot, 99.95) == 100


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        *(("stone", "granite", 0.6), ("stone", "oak_log", 0.8), ("oak_log", "stone", 0.8)),
        *(("lamp", "stone", 0.1), ("ruby", "wool", 0.1)),
    ],
)
def test_things_go_together_by_what_they_are_made_of(one: str, other: str, share: float):
    assert rules.compatibility(one, other) == share


def test_an_experiment_leads_to_the_easiest_new_recipe_that_uses_both():
    found = rules.experiment("stone", "stick", frozenset(), MEDIEVAL)
    assert found is not None
    assert found.compatibility == 1
    assert {"stone", "stick"} <= {amount.item for each in found.recipe.ingredients for amount in each.choices}
    again = rules.experiment("stone", "stick", {found.recipe.key}, MEDIEVAL)
    assert again is not None
    assert again.recipe.key != found.recipe.key


def test_what_a_world_does_not_hold_is_not_found_there_by_experiment():
    primitive = WorldTechnology(TechnologyLevel.PRIMITIVE)
    assert rules.experiment("microchip", "superconductor", frozenset(), MEDIEVAL) is None
    assert rules.experiment("iron_ore", "charcoal", frozenset(), primitive) != rules.experiment(
        "iron_ore", "charcoal", frozenset(), MEDIEVAL
    )


def test_two_things_that_take_the_place_of_each_other_are_no_tradition():
    found = rules.experiment("oak_log", "log", frozenset(), MEDIEVAL)
    assert found is not None
    assert found.compatibility == 0.6


def test_chances_are_as_the_specification_says():
    assert rules.chance_to_discover(1, 50) == pytest.approx(0.15)
    assert rules.chance_to_discover(0.6, 100) == pytest.approx(0.18)
    assert rules.chance_to_teach(0) == pytest.approx(0.7)
    assert rules.chance_to_teach(60) == pytest.approx(1.0)
    assert rules.lesson_seconds(RECIPES["clay_pot"]) == 1_200


def test_each_recipe_says_what_it_makes():
    assert {recipes.product(each).key for each in RECIPES.values()} == {*RECIPES}
    assert all(isinstance(each, Recipe) for each in RECIPES.values())
