"""Things, and what can be done with them. Source: worlds 9."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from worlds.items.content import items
from worlds.items.models import (
    AlreadyWorn,
    Belongings,
    CarryLimitReached,
    Held,
    InventoryChange,
    ItemNotHeld,
    NotUsable,
    NotWearable,
    NotWorn,
    SlotTaken,
    TooFewHeld,
    UnknownSlot,
    Wear,
    WearSlot,
    WrongSlot,
)
from worlds.items.rules import (
    add,
    carry_limit,
    changes,
    equip,
    repair,
    slot_named,
    split,
    take,
    unequip,
    use,
    wear_out,
    working_armor,
    working_damage,
)

ITEMS = items.by_key
PLENTY = 10**9


def ids() -> Callable[[], UUID]:
    numbers = count(1_000)
    return lambda: UUID(int=next(numbers))


def held(number: int, key: str, quantity: int = 1, slot: WearSlot | None = None, durability: int = 100) -> Held:
    return Held(UUID(int=number), ITEMS[key], quantity, durability, slot)


def test_trap_13_only_more_than_the_limit_is_refused():
    """Source: worlds 30, trap 13; 9, acceptance 1."""
    limit = carry_limit(50)
    stones = tuple(held(number, "stone", 50) for number in range(4))
    carried = Belongings((*stones, held(10, "stone", 49), held(11, "candle", 9)))

    assert (limit, carried.grams) == (250_000, 249_900)
    assert add(carried, held(12, "candle"), limit).grams == 250_000
    with pytest.raises(CarryLimitReached, match=r"250\.1 kg, and your limit is 250\.0 kg"):
        add(carried, held(12, "candle", 2), limit)


def test_trap_13_a_stack_weighs_its_quantity_and_dropping_some_leaves_the_rest():
    """Source: worlds 30, trap 13; 9, acceptance 2."""
    quiver = Belongings((held(1, "arrow", 20),))

    left, dropped = take(quiver, UUID(int=1), 5, ids())

    assert (quiver.grams, left.grams, dropped.grams) == (1_000, 750, 250)
    assert [(each.holding_id.int, each.quantity) for each in (*left.held, dropped)] == [(1, 15), (1_000, 5)]


def test_worn_things_weigh_as_much():
    inventory = Belongings((held(1, "chain_shirt"),))

    assert equip(inventory, UUID(int=1)).grams == inventory.grams == 9_000


def test_what_one_does_not_have_cannot_be_dropped():
    with pytest.raises(ItemNotHeld):
        take(Belongings(), UUID(int=1), 1, ids())
    with pytest.raises(TooFewHeld, match="no more than 3 arrows"):
        take(Belongings((held(1, "arrow", 3),)), UUID(int=1), 4, ids())


def test_what_is_picked_up_fills_stacks_of_its_kind_first():
    inventory = Belongings((held(1, "arrow", 15), held(2, "candle", 1), held(3, "arrow", 18)))

    after = add(inventory, held(4, "arrow", 10), PLENTY)

    assert [(each.holding_id.int, each.quantity) for each in after.held] == [(1, 20), (2, 1), (3, 20), (4, 3)]


def test_things_of_another_quality_or_condition_lie_apart():
    fine = Held(UUID(int=2), ITEMS["arrow"], quality=2)

    assert len(add(Belongings((held(1, "arrow"),)), fine, PLENTY).held) == 2
    assert len(add(Belongings((held(1, "arrow"),)), held(2, "arrow", durability=90), PLENTY).held) == 2


def test_two_rings_fit_and_the_third_is_refused():
    inventory = Belongings((held(1, "copper_ring"), held(2, "silver_ring"), held(3, "copper_ring")))

    both = equip(equip(inventory, UUID(int=1)), UUID(int=2))

    assert [each.slot for each in both.held] == [WearSlot.RING1, WearSlot.RING2, None]
    with pytest.raises(SlotTaken, match="copper ring"):
        equip(both, UUID(int=3))
    with pytest.raises(SlotTaken, match="silver ring"):
        equip(both, UUID(int=3), WearSlot.RING2)
    assert equip(unequip(both, UUID(int=1), PLENTY), UUID(int=3)).worn(WearSlot.RING1) == held(
        3, "copper_ring", slot=WearSlot.RING1
    )


def test_there_is_armour_for_every_slot():
    fits = {item.fit for item in ITEMS.values() if item.armor_type}

    assert fits == {"off_hand", "head", "chest", "legs", "feet", "neck"}


def test_what_cannot_be_put_on_or_taken_off():
    inventory = Belongings((held(1, "axe"), held(2, "arrow"), held(3, "lamp", slot=WearSlot.OFF_HAND)))

    with pytest.raises(WrongSlot, match="It fits: main hand"):
        equip(inventory, UUID(int=1), WearSlot.HEAD)
    with pytest.raises(NotWearable):
        equip(inventory, UUID(int=2))
    with pytest.raises(AlreadyWorn):
        equip(inventory, UUID(int=3))
    with pytest.raises(NotWorn):
        unequip(inventory, UUID(int=1), PLENTY)


def test_taking_off_needs_room():
    inventory = Belongings((held(1, "lamp", slot=WearSlot.OFF_HAND),))

    assert unequip(inventory, UUID(int=1), 1_200).worn(WearSlot.OFF_HAND) is None
    with pytest.raises(CarryLimitReached):
        unequip(inventory, UUID(int=1), 1_199)


def test_slots_have_names_that_people_type():
    assert slot_named("Main-Hand") == WearSlot.MAIN_HAND
    assert slot_named("ring 2") == WearSlot.RING2
    with pytest.raises(UnknownSlot):
        slot_named("tail")


@pytest.mark.parametrize(
    ("wear", "left"), [(Wear.HIT, 49), (Wear.HEAVY_HIT, 48), (Wear.FUMBLE, 47), (Wear.HIT_TAKEN, 49)]
)
def test_fighting_wears_things_out(wear: Wear, left: int):
    inventory = wear_out(Belongings((held(1, "axe", durability=50),)), UUID(int=1), wear)

    assert inventory.held[0].durability == left


def test_broken_things_do_nothing_until_they_are_repaired():
    fragile = ITEMS["axe"].model_copy(update={"durability": 60})
    whole = Belongings((Held.new(UUID(int=1), fragile),))
    broken = Belongings((Held(UUID(int=1), fragile, durability=2),))

    broken = wear_out(broken, UUID(int=1), Wear.FUMBLE)

    assert (working_damage(whole.held[0]), working_damage(broken.held[0])) == (15, 0)
    assert repair(broken, UUID(int=1), 500) == whole
    assert working_armor(held(2, "gorget")) == "plate"
    assert working_armor(held(2, "gorget", durability=0)) is None


def test_using_consumes_one_and_says_its_effect():
    bag = Belongings((held(1, "berry", 2), held(2, "clay")))

    one, effect = use(bag, UUID(int=1))
    none, _ = use(one, UUID(int=1))

    assert (effect.kind, effect.amount) == ("restore_stamina", 5)
    assert (one.count(ITEMS["berry"]), none.count(ITEMS["berry"])) == (1, 0)
    with pytest.raises(NotUsable):
        use(bag, UUID(int=2))


def test_what_is_written_is_what_differs():
    before = Belongings((held(1, "arrow", 5), held(2, "lamp"), held(3, "clay")))
    after, _ = take(equip(before, UUID(int=2)), UUID(int=3), 1, ids())

    assert changes(before, after) == InventoryChange((held(2, "lamp", slot=WearSlot.OFF_HAND),), (UUID(int=3),))


def test_stacks_that_cannot_be():
    with pytest.raises(ValueError, match="not a stack"):
        held(1, "arrow", 21)
    with pytest.raises(ValueError, match="not a stack"):
        held(1, "arrow", 0)
    with pytest.raises(ValueError, match="two things"):
        Belongings((held(1, "lamp", slot=WearSlot.OFF_HAND), held(2, "lamp", slot=WearSlot.OFF_HAND)))


# What may happen between a bag and the ground: (operation, which stack, how many).
steps = st.lists(
    st.tuples(st.sampled_from(("add", "take", "equip", "unequip", "wear_out")), st.integers(0, 9), st.integers(1, 25)),
    max_size=30,
)
KINDS = ("arrow", "berry", "copper_ring", "axe", "lamp", "clay")


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 20)), max_size=8), steps, st.integers(0, 60_000))
def test_nothing_is_made_and_nothing_is_lost(
    found: list[tuple[str, int]], moves: list[tuple[str, int, int]], limit: int
):
    new_id = ids()
    ground = [Held.new(new_id(), ITEMS[key], min(quantity, ITEMS[key].max_stack)) for key, quantity in found]
    bag = Belongings()
    total = tally(ground)

    for operation, which, quantity in moves:
        with contextlib.suppress(DomainError):
            bag, ground = played(bag, ground, operation, which, quantity, limit, new_id)

        assert tally([*ground, *bag.held]) == total
        assert bag.grams <= limit
        assert all(each.slot is None for each in ground)


def tally(stacks: list[Held]) -> Counter[str]:
    return Counter(key for each in stacks for key in [each.item.key] * each.quantity)


def played(
    bag: Belongings,
    ground: list[Held],
    operation: str,
    which: int,
    quantity: int,
    limit: int,
    new_id: Callable[[], UUID],
) -> tuple[Belongings, list[Held]]:
    if operation == "add":
        if not ground:
            return bag, ground
        stack = ground[which % len(ground)]
        taken, stays = split(stack, quantity, new_id)
        left = [each for each in (*ground, stays) if each is not None and each is not stack]
        return add(bag, taken, limit), left
    if not bag.held:
        return bag, ground
    holding_id = bag.held[which % len(bag.held)].holding_id
    if operation == "take":
        bag, taken = take(bag, holding_id, quantity, new_id)
        return bag, [*ground, taken]
    if operation == "equip":
        return equip(bag, holding_id), ground
    if operation == "unequip":
        return unequip(bag, holding_id, limit), ground
    return wear_out(bag, holding_id, Wear.HIT), ground


@given(steps)
def test_writing_the_changes_gives_what_should_be_stored(moves: list[tuple[str, int, int]]):
    new_id = ids()
    bag = before = Belongings((held(1, "arrow", 20), held(2, "axe"), held(3, "copper_ring"), held(4, "clay", 9)))
    ground: list[Held] = []
    for operation, which, quantity in moves:
        with contextlib.suppress(DomainError):
            bag, ground = played(bag, ground, operation, which, quantity, PLENTY, new_id)
    change = changes(before, bag)

    stored = {each.holding_id: each for each in before.held} | {each.holding_id: each for each in change.saved}
    assert {each for each in stored.values() if each.holding_id not in change.removed} == set(bag.held)
