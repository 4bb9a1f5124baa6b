"""Whatever happens to an inventory, it adds up."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from community.catalog.content import items
from community.inventory.models import (
    STACK_LIMIT,
    Inventory,
    InventoryFull,
    NotEnoughItems,
    NotInInventory,
    Quality,
    Slot,
    average_quality,
    split,
)
from kernel.errors import DomainError

Key = tuple[int, Quality]
STICK = items.by_name["item_stick"]
STICK_ID = STICK.item_id
ITEM_IDS = st.sampled_from([STICK_ID, 1001, 1002, 1003])
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

    @rule(quantity=QUANTITIES.filter(bool), quality=st.none() | QUALITIES)
    def take_lowest(self, quantity: int, quality: Quality | None) -> None:
        held = {each: self.expected[STICK_ID, each] for each in Quality if quality in (None, each)}
        if sum(held.values()) < quantity:
            with pytest.raises((NotEnoughItems, NotInInventory)):
                self.inventory.take_lowest(STICK, quantity, quality)
            return
        self.inventory, taken = self.inventory.take_lowest(STICK, quantity, quality)
        assert sum(slot.quantity for slot in taken) == quantity
        best = max(slot.quality.rank for slot in taken)
        for each, before in held.items():
            here = sum(slot.quantity for slot in taken if slot.quality is each)
            assert here == before or each.rank >= best  # no better one goes before all of the worse are gone
            self.expected[STICK_ID, each] -= here

    @rule(item_id=ITEM_IDS, quantity=QUANTITIES)
    def spend(self, item_id: int, quantity: int) -> None:
        if quantity > self.expected[item_id, Quality.COMMON]:
            with pytest.raises(ValueError, match="cannot take"):
                self.inventory.spend(item_id, quantity)
            return
        self.inventory = self.inventory.spend(item_id, quantity)
        self.expected[item_id, Quality.COMMON] -= quantity

    @rule(other=inventories())
    def give_what_fits(self, other: Inventory) -> None:
        self.inventory, rest = self.inventory.give_what_fits(other.slots)
        self.expected += totals(other)
        self.expected -= totals(Inventory(rest))
        assert all(self.expected[slot.item_id, slot.quality] == STACK_LIMIT for slot in rest)

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


def test_items_are_taken_from_the_lowest_quality_up():
    held = Inventory((Slot(STICK_ID, 2, Quality.EPIC), Slot(STICK_ID, 3, Quality.JUNK), Slot(STICK_ID, 4)))

    left, taken = held.take_lowest(STICK, 5)

    assert taken == (Slot(STICK_ID, 3, Quality.JUNK), Slot(STICK_ID, 2))
    assert left.slots == (Slot(STICK_ID, 2, Quality.EPIC), Slot(STICK_ID, 2))


def test_with_a_quality_only_its_stack_is_touched():
    held = Inventory((Slot(STICK_ID, 2, Quality.EPIC), Slot(STICK_ID, 3, Quality.JUNK)))

    left, taken = held.take_lowest(STICK, 2, Quality.EPIC)

    assert (left.slots, taken) == ((Slot(STICK_ID, 3, Quality.JUNK),), (Slot(STICK_ID, 2, Quality.EPIC),))


@pytest.mark.parametrize(
    ("quantity", "quality", "refusal", "text"),
    [
        (6, None, NotEnoughItems, "You need 6 × sticks and have 5."),
        (3, Quality.RARE, NotEnoughItems, "You need 3 × sticks of the quality rare and have 2."),
        (1, Quality.POOR, NotInInventory, "You do not have any stick of the quality poor."),
    ],
)
def test_more_than_there_are_cannot_be_taken(
    quantity: int, quality: Quality | None, refusal: type[DomainError], text: str
):
    held = Inventory((Slot(STICK_ID, 3), Slot(STICK_ID, 2, Quality.RARE)))

    with pytest.raises(refusal, match=text):
        held.take_lowest(STICK, quantity, quality)


@given(inventories(), st.integers(0, 20))
def test_splitting_stacks_keeps_every_item(inventory: Inventory, quantity: int):
    first, others = split(inventory.slots, quantity)

    assert sum(slot.quantity for slot in first) == min(quantity, inventory.total())
    assert totals(Inventory(first)) + totals(Inventory(others)) == totals(inventory)


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


@pytest.mark.parametrize(
    ("slots", "quality"),
    [
        ([], Quality.COMMON),
        ([(1, Quality.CURSED)], Quality.CURSED),
        ([(1, Quality.COMMON), (1, Quality.UNCOMMON)], Quality.UNCOMMON),  # half rounds up
        ([(2, Quality.COMMON), (1, Quality.UNCOMMON)], Quality.COMMON),
        ([(1, Quality.CURSED), (1, Quality.LEGENDARY)], Quality.UNCOMMON),
        ([(1, Quality.JUNK), (4, Quality.CURSED)], Quality.CURSED),
        ([(3, Quality.EPIC), (2, Quality.LEGENDARY)], Quality.EPIC),
        ([(2, Quality.EPIC), (3, Quality.LEGENDARY)], Quality.LEGENDARY),
    ],
)
def test_the_average_quality_is_rounded_by_rank(slots: list[tuple[int, Quality]], quality: Quality):
    assert average_quality(Slot(STICK_ID, quantity, each) for quantity, each in slots) is quality
