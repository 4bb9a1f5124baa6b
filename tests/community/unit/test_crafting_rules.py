"""What comes out of a recipe."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.catalog.content import Ingredient, items
from community.crafting.content import Disassemble, Upgrade, disassembles, upgrades
from community.crafting.learning import condition_holds, learn
from community.crafting.models import NotEnoughIngredients, RecipeLocked, RecipeNotFound
from community.crafting.rules import (
    chance,
    disassemble,
    find_disassemble,
    find_upgrade,
    in_words,
    product_quality,
    upgrade,
)
from community.crafting.unlocks import NewRecipes
from community.inventory.models import STACK_LIMIT, Inventory, Quality, Slot
from community.jobs.models import JobProgress, Jobs
from community.players.models import Player
from community.progression.content import tree
from community.progression.models import CommunityState
from tests.support.catalog import shipped_names

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONEY = items.money.item_id
CRATE = items.by_name["lootbox_tier0"].item_id
LOOTBOX = items.by_name["lootbox_tier1"].item_id
BOX_RECIPE = upgrades.by_key["lootbox_tier0"]
UNBOX_RECIPE = disassembles.by_item["lootbox_tier1"]
PLENTY = Inventory((Slot(CRATE, STACK_LIMIT), Slot(MONEY, STACK_LIMIT), Slot(LOOTBOX, STACK_LIMIT)))
UNITS = 9_000
ROUNDS = 20


def state(**levels: int) -> CommunityState:
    return CommunityState(UUID(int=0), levels, shipped_names())


def player(*known: str, state: CommunityState, blacksmith: int | None = None) -> Player:
    jobs = {} if blacksmith is None else {"blacksmith": JobProgress(0, blacksmith, 0, NOW.date())}
    facts = {"known_recipes": list(known) or None}
    return Player(uuid4(), "alice", {}, state, NOW, NOW, facts=facts).having(Jobs(jobs))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("lootbox", "lootbox_tier0"),
        ("LootBox", "lootbox_tier0"),
        ("lootbox_tier1", "lootbox_tier0"),
        ("strongbox", "lootbox_tier1"),
        ("crate", "lootbox_tier0"),  # nothing makes crates: the recipe with that key
        ("lootbox_tier0", "lootbox_tier0"),
        ("pebble", "weapon_pebble"),
        ("snare", "blast_spike"),  # the item comes before the key
        ("keg", "blast_snare"),
        ("stick", "item_stick"),
        ("mirror", "guard_mirror"),
    ],
)
def test_a_recipe_is_found_by_what_it_makes_and_else_by_its_key(name: str, key: str):
    assert find_upgrade(name).recipe_key == key


@pytest.mark.parametrize("name", ["spade", "nothing", "Lootbox Tier 9"])
def test_what_nobody_makes_has_no_recipe(name: str):
    with pytest.raises(RecipeNotFound):
        find_upgrade(name)


@pytest.mark.parametrize("name", ["crate", "spade", "nothing", "mirror"])
def test_what_nobody_takes_apart_has_no_recipe(name: str):
    with pytest.raises(RecipeNotFound):
        find_disassemble(name)


def test_money_has_no_say_in_the_quality():
    assert product_quality([Slot(MONEY, 500), Slot(CRATE, 5, Quality.LEGENDARY)]) is Quality.LEGENDARY
    assert product_quality([Slot(MONEY, 500)]) is Quality.COMMON


@pytest.mark.parametrize(("level", "expected"), [(0, Fraction(1, 10)), (1, Fraction(11, 100)), (5, Fraction(15, 100))])
def test_every_tenth_is_a_masterwork_and_more_with_the_communitys_upgrade(level: int, expected: Fraction):
    there = state(upgrade_crafting_1=level) if level else state()
    rng = Random(1)

    batches = [upgrade(PLENTY, BOX_RECIPE, UNITS, there, rng)[1] for _ in range(ROUNDS)]

    share = sum(batch.masterworks for batch in batches) / (ROUNDS * UNITS)
    assert chance(there) == float(expected)
    assert share == pytest.approx(float(expected), abs=0.0045)  # more than five standard deviations
    assert all(batch.produced == batch.units + batch.masterworks for batch in batches)


@pytest.mark.parametrize(("level", "expected"), [(0, Fraction(1, 10)), (1, Fraction(11, 100)), (5, Fraction(15, 100))])
def test_every_tenth_salvage_is_perfect_and_more_with_the_communitys_upgrade(level: int, expected: Fraction):
    there = state(upgrade_crafting_1=level) if level else state()
    rng = Random(2)

    salvages = [disassemble(PLENTY, UNBOX_RECIPE, UNITS, there, rng)[1] for _ in range(ROUNDS)]

    share = sum(salvage.perfect for salvage in salvages) / (ROUNDS * UNITS)
    assert share == pytest.approx(float(expected), abs=0.0045)
    for salvage in salvages:
        # 1 crate is 2 when perfect, 25 money are 38: half as much again, rounded up.
        plain = salvage.units - salvage.perfect
        assert salvage.outputs == {
            "lootbox_tier0": plain + 2 * salvage.perfect,
            "money": 25 * plain + 38 * salvage.perfect,
        }


def test_single_units_are_masterworks_as_often():
    rng = Random(3)

    lucky = sum(upgrade(PLENTY, BOX_RECIPE, 1, state(), rng)[1].masterworks for _ in range(20_000))

    assert lucky / 20_000 == pytest.approx(0.1, abs=0.012)


def test_a_recipe_that_makes_three_at_once_makes_six_with_luck():
    always = Upgrade(
        recipe_key="x", target_item="item_stick", costs=(Ingredient(item="money", quantity=1),), output_quantity=3
    )
    rng = Random(4)
    _, batch = upgrade(PLENTY, always, 1000, state(), rng)

    assert batch.masterworks > 0
    assert (batch.certain, batch.bonus) == (3000, 3 * batch.masterworks)
    assert batch.produced == 3 * (1000 - batch.masterworks) + 6 * batch.masterworks


def test_the_scarcest_ingredient_decides():
    inventory = Inventory((Slot(CRATE, 23), Slot(MONEY, 399)))

    left, batch = upgrade(inventory, BOX_RECIPE, 10, state(), Random(1))

    assert batch.units == 3
    assert (left.count(CRATE), left.count(MONEY)) == (8, 99)


@pytest.mark.parametrize("slots", [(), (Slot(CRATE, 5), Slot(MONEY, 99)), (Slot(CRATE, 4), Slot(MONEY, 100))])
def test_without_enough_for_one_nothing_is_made(slots: tuple[Slot, ...]):
    with pytest.raises(NotEnoughIngredients, match="it takes 5 × crates and 100 × money, and you have"):
        upgrade(Inventory(slots), BOX_RECIPE, 1, state(), Random(1))


def test_the_lowest_quality_is_used_up_first():
    inventory = Inventory((Slot(CRATE, 5, Quality.EPIC), Slot(CRATE, 5, Quality.CURSED), Slot(MONEY, 100)))

    left, batch = upgrade(inventory, BOX_RECIPE, 1, state(), Random(1))

    assert (left.slots, batch.quality) == ((Slot(CRATE, 5, Quality.EPIC),), Quality.CURSED)


def test_with_a_quality_only_its_ingredients_are_used_and_money_of_any():
    inventory = Inventory((Slot(CRATE, 12, Quality.EPIC), Slot(CRATE, 5, Quality.CURSED), Slot(MONEY, 900)))

    left, batch = upgrade(inventory, BOX_RECIPE, 9, state(), Random(1), Quality.EPIC)
    rest, salvage = disassemble(
        Inventory((Slot(LOOTBOX, 3), Slot(LOOTBOX, 2, Quality.RARE))), UNBOX_RECIPE, 9, state(), Random(1), Quality.RARE
    )

    assert (batch.units, batch.quality) == (2, Quality.EPIC)
    assert left.slots == (Slot(CRATE, 2, Quality.EPIC), Slot(CRATE, 5, Quality.CURSED), Slot(MONEY, 700))
    assert (salvage.units, salvage.quality, rest.slots) == (2, Quality.RARE, (Slot(LOOTBOX, 3),))
    with pytest.raises(NotEnoughIngredients, match="and you have 2 × crates and 700 × money"):
        upgrade(left, BOX_RECIPE, 1, state(), Random(1), Quality.EPIC)


def test_one_thing_is_made_of_several_stacks():
    inventory = Inventory((Slot(CRATE, 2, Quality.CURSED), Slot(CRATE, 3, Quality.LEGENDARY), Slot(MONEY, 100)))

    left, batch = upgrade(inventory, BOX_RECIPE, 1, state(), Random(1))

    assert left.slots == ()
    assert batch.quality is Quality.UNCOMMON  # (0 * 2 + 7 * 3 + 2) // 5
    assert sorted(batch.consumed) == sorted(inventory.slots)


qualities = st.sampled_from(list(Quality))
inventories = st.builds(
    lambda crates, boxes, money: Inventory(
        (
            *(Slot(CRATE, quantity, quality) for quality, quantity in crates.items()),
            *(Slot(LOOTBOX, quantity, quality) for quality, quantity in boxes.items()),
            *([Slot(MONEY, money)] if money else []),
        )
    ),
    st.dictionaries(qualities, st.integers(1, 40)),
    st.dictionaries(qualities, st.integers(1, 40)),
    st.integers(0, 3000),
)


@given(inventory=inventories, wanted=st.integers(1, 20), seed=st.integers())
def test_no_upgrade_loses_or_invents_ingredients(inventory: Inventory, wanted: int, seed: int):
    try:
        left, batch = upgrade(inventory, BOX_RECIPE, wanted, state(), Random(seed))
    except NotEnoughIngredients:
        assert inventory.count(CRATE) < 5 or inventory.count(MONEY) < 100
        return
    back = left
    for slot in batch.consumed:
        back = back.give(*slot)

    assert sorted(back.slots) == sorted(inventory.slots)
    consumed = {
        item_id: sum(slot.quantity for slot in batch.consumed if slot.item_id == item_id) for item_id in (CRATE, MONEY)
    }
    assert consumed == {CRATE: 5 * batch.units, MONEY: 100 * batch.units}
    assert batch.units == min(wanted, inventory.count(CRATE) // 5, inventory.count(MONEY) // 100)
    assert batch.certain <= batch.produced <= 2 * batch.certain
    ranks = [slot.quality.rank for slot in batch.consumed if slot.item_id == CRATE]
    assert min(ranks) <= batch.quality.rank <= max(ranks)


@given(inventory=inventories, wanted=st.integers(1, 20), seed=st.integers())
def test_taking_apart_leaves_at_most_half_as_much_again(inventory: Inventory, wanted: int, seed: int):
    try:
        left, salvage = disassemble(inventory, UNBOX_RECIPE, wanted, state(), Random(seed))
    except NotEnoughIngredients:
        assert inventory.count(LOOTBOX) == 0
        return

    assert salvage.units == min(wanted, inventory.count(LOOTBOX))
    assert left.count(LOOTBOX) == inventory.count(LOOTBOX) - salvage.units
    assert 0 <= salvage.perfect <= salvage.units
    assert salvage.units <= salvage.outputs["lootbox_tier0"] <= 2 * salvage.units
    assert 25 * salvage.units <= salvage.outputs["money"] <= 38 * salvage.units


def test_what_takes_two_takes_two():
    pairs = Disassemble(
        recipe_key="lootbox_tier1",
        quantity_consumed=2,
        outputs=(Ingredient(item="money", quantity=1),),
        associated_upgrade="lootbox_tier0",
    )

    left, salvage = disassemble(Inventory((Slot(LOOTBOX, 7),)), pairs, 10, state(), Random(1))

    assert (salvage.units, left.count(LOOTBOX)) == (3, 1)


@pytest.mark.parametrize(
    ("key", "levels", "blacksmith", "holds"),
    [
        ("lootbox_tier0", {}, None, True),
        ("guard_mirror", {}, None, False),
        ("guard_mirror", {}, 2, False),
        ("guard_mirror", {}, 3, True),
        ("guard_mirror", {}, 4, True),
        ("tonic_small", {}, 10, False),
        ("tonic_small", {"item_tonic": 1}, None, True),
        ("weapon_cannon", {"item_cannon": 1}, 10, False),
    ],
)
def test_a_recipe_unlocks_on_its_condition(key: str, levels: dict[str, int], blacksmith: int | None, holds: bool):
    """Defect 13: recipes could not be unlocked."""
    somebody = player(state=state(**levels), blacksmith=blacksmith)
    recipe = upgrades.by_key[key]

    assert condition_holds(recipe, somebody.state, somebody) == holds
    if blacksmith is None:
        assert condition_holds(recipe, somebody.state, None) == holds
    if holds:
        assert learn(somebody, recipe)[NewRecipes] == (key,)


@pytest.mark.parametrize(
    ("key", "missing"),
    [
        ("guard_mirror", "You do not know how to make a mirror yet: it takes level 3 as Blacksmith."),
        ("tonic_small", f"to make a tonic yet: the community has not unlocked {tree.nodes['item_tonic'].name}."),
        ("weapon_cannon", "to make a cannon yet: it must be learned first."),
    ],
)
def test_a_locked_recipe_says_what_is_missing_and_a_learned_one_is_open(key: str, missing: str):
    recipe = upgrades.by_key[key]

    with pytest.raises(RecipeLocked) as refusal:
        learn(player(state=state()), recipe)
    assert missing in str(refusal.value)

    pupil = player(key, state=state())
    assert learn(pupil, recipe) is pupil


@pytest.mark.parametrize(
    ("quantities", "text"),
    [
        ({"money": 1}, "1 × money"),
        ({"lootbox_tier0": 2, "money": 1}, "2 × crates and 1 × money"),
        ({"guard_buckler": 2, "item_lens": 1, "money": 3}, "2 × bucklers, 1 × lens and 3 × money"),
    ],
)
def test_things_are_listed_as_people_list_them(quantities: dict[str, int], text: str):
    assert in_words(quantities) == text
