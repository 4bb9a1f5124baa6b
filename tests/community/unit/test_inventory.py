"""Whatever happens to an inventory, it adds up."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from community.inventory.models import STACK_LIMIT, Inventory, InventoryFull, Quality, Slot

Key = tuple[int, Quality]
ITEM_IDS = st.integers(1, 4)
QUALITIES = st.sampled_from(Quality)
QUANTITIES = st.one_of(st.integers(0, 20), st.integers(0, STACK_LIMIT))


def totals(inventory: Inventory) -> Counter[Key]:
    counted: Counter[Key] = Counter()
    for slot in inventory.slots:
        counted[slot.item_id, slot.quality] += slot.quantity
    return counted


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    stacks = draw(st.dictionaries(st.tuples(ITEM_IDS, QUALITIES), st.integers(1, STACK_LIMIT), max_size=5))
    return Inventory(tuple(Slot(item_id, held, quality) for (item_id, quality), held in stacks.items()))


class Hoard(RuleBasedStateMachine):
    """An inventory next to a plain sum of what should be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.inventory = Inventory()
        self.expected: Counter[Key] = Counter()

    @rule(item_id=ITEM_IDS, quantity=QUANTITIES, quality=QUALITIES)
    def give(self, item_id: int, quantity: int, quality: Quality) -> None:
        if self.expected[item_id, quality] + quantity > STACK_LIMIT:
            with pytest.raises(InventoryFull):
                self.inventory.give(item_id, quantity, quality)
            return
        self.inventory = self.inventory.give(item_id, quantity, quality)
        self.expected[item_id, quality] += quantity

    @precondition(lambda self: self.inventory.slots)
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(self.inventory.slots))
        quantity = data.draw(st.integers(0, slot.quantity))
        self.inventory = self.inventory.take(slot, quantity)
        self.expected[slot.item_id, slot.quality] -= quantity

    @precondition(lambda self: self.inventory.slots)
    @rule(data=st.data(), excess=st.integers(1, STACK_LIMIT))
    def take_too_much(self, data: st.DataObject, excess: int) -> None:
        slot = data.draw(st.sampled_from(self.inventory.slots))
        with pytest.raises(ValueError, match="cannot take"):
            self.inventory.take(slot, slot.quantity + excess)

    @rule(item_id=ITEM_IDS, quantity=QUANTITIES)
    def spend(self, item_id: int, quantity: int) -> None:
        if quantity > self.expected[item_id, Quality.COMMON]:
            with pytest.raises(ValueError, match="cannot take"):
                self.inventory.spend(item_id, quantity)
            return
        self.inventory = self.inventory.spend(item_id, quantity)
        self.expected[item_id, Quality.COMMON] -= quantity

    @rule(other=inventories())
    def merge(self, other: Inventory) -> None:
        self.inventory = self.inventory.merge(other)
        for key, quantity in totals(other).items():
            self.expected[key] = min(self.expected[key] + quantity, STACK_LIMIT)

    @rule()
    def store_and_load(self) -> None:
        self.inventory = Inventory.from_json(self.inventory.as_json())

    @invariant()
    def it_adds_up(self) -> None:
        assert totals(self.inventory) == +self.expected

    @invariant()
    def every_stack_is_one_and_within_bounds(self) -> None:
        slots = self.inventory.slots
        assert len({(slot.item_id, slot.quality) for slot in slots}) == len(slots)
        assert all(1 <= slot.quantity <= STACK_LIMIT for slot in slots)


Hoard.TestCase.settings = settings(stateful_step_count=30)
TestHoard = Hoard.TestCase


@given(inventories(), inventories())
def test_a_merge_loses_only_what_no_stack_can_hold(first: Inventory, second: Inventory):
    merged = totals(first.merge(second))

    both = totals(first) + totals(second)
    assert merged == {key: min(quantity, STACK_LIMIT) for key, quantity in both.items()}
    assert merged == totals(second.merge(first))


@given(inventories(), st.integers(1, 4), st.integers(0, 2**32))
def test_a_picked_slot_is_one_of_the_items_own(inventory: Inventory, item_id: int, seed: int):
    slot = inventory.pick_slot(item_id, Random(seed))

    assert slot in inventory.of(item_id) if slot else not inventory.of(item_id)


def test_every_slot_can_be_the_one():
    inventory = Inventory().give(1, 5).give(1, 5, Quality.RARE).give(2, 5)

    picked = {inventory.pick_slot(1, Random(seed)) for seed in range(50)}

    assert picked == {Slot(1, 5), Slot(1, 5, Quality.RARE)}


def test_a_change_keeps_the_order_and_leaves_the_old_inventory_alone():
    before = Inventory().give(1, 5).give(2, 5).give(3, 5)

    after = before.give(2, 1).take(Slot(1, 5), 5).give(1, 1)

    assert [slot.item_id for slot in before.slots] == [1, 2, 3]
    assert after.slots == (Slot(2, 6), Slot(3, 5), Slot(1, 1))


@pytest.mark.parametrize("quality", ["", None])
def test_a_slot_without_quality_is_common(quality: str | None):
    document = {"slots": [{"item_id": 1, "quantity": 2, "quality": quality}, {"item_id": 2, "quantity": 1}]}

    assert Inventory.from_json(document).slots == (Slot(1, 2), Slot(2, 1))


def test_nothing_is_given_backwards():
    with pytest.raises(ValueError, match="cannot give"):
        Inventory().give(1, -1)


def test_qualities_are_ranked_from_worst_to_best():
    assert [quality.rank for quality in (Quality.CURSED, Quality.COMMON, Quality.LEGENDARY)] == [0, 3, 7]
