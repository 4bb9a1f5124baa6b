"""What can be done with things: carry, split, stack, wear, use up, wear out. Pure. Source: worlds 9.

Only `add_new` puts things there that were not, and only `use` consumes one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from kernel.naming import key, quoted
from kernel.texts import decimal, listed
from worlds.items.content import Armor, Effect, WorldItem
from worlds.items.models import (
    COMMON,
    SLOTS_OF,
    WEAR,
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

GRAMS_PER_MIGHT: Final = 5_000

NewId = Callable[[], UUID]
"""Makes the id of a stack that is new."""


def carry_limit(might: int) -> int:
    """Return how many grams someone can carry."""
    return GRAMS_PER_MIGHT * might


def get(inventory: Belongings, holding_id: UUID) -> Held:
    """Return a stack.

    Raises:
        ItemNotHeld
    """
    found = next((each for each in inventory.held if each.holding_id == holding_id), None)
    if found is None:
        raise ItemNotHeld(typed=quoted(str(holding_id)))
    return found


def split(stack: Held, quantity: int, new_id: NewId) -> tuple[Held, Held | None]:
    """Return (what is taken of a stack, what stays of it). What is taken whole keeps its id.

    Args:
        quantity: at least 1.

    Raises:
        TooFewHeld
    """
    if quantity > stack.quantity:
        raise TooFewHeld(there=stack.quantity, item=stack.name, wanted=quantity)
    if quantity == stack.quantity:
        return replace(stack, slot=None), None
    return replace(stack, holding_id=new_id(), quantity=quantity, slot=None), stack.of(stack.quantity - quantity)


def add(inventory: Belongings, found: Held, limit: int) -> Belongings:
    """Return an inventory with a stack more, as it is picked up or given.

    It fills stacks of the same kind first; what is left keeps its id.

    Args:
        limit: the most that the holder can carry, in grams; exactly as much is allowed.

    Raises:
        CarryLimitReached
    """
    weight = inventory.grams + found.grams
    if weight > limit:
        raise CarryLimitReached(item=found.name, weight=kilograms(weight), limit=kilograms(limit))
    left = found.quantity
    held: list[Held] = []
    for each in inventory.held:
        moved = min(left, each.item.max_stack - each.quantity) if each.stacks_with(found) else 0
        left -= moved
        held.append(each.of(each.quantity + moved) if moved else each)
    return Belongings((*held, replace(found, quantity=left, slot=None)) if left else tuple(held))


def add_new(
    inventory: Belongings, item: WorldItem, quantity: int, limit: int, new_id: NewId, quality: int = COMMON
) -> Belongings:
    """Put so many new things into an inventory, in as many stacks as they need.

    Args:
        limit: as for `add`.

    Raises:
        CarryLimitReached
    """
    while quantity > 0:
        stack = Held.new(new_id(), item, min(quantity, item.max_stack), quality)
        inventory = add(inventory, stack, limit)
        quantity -= stack.quantity
    return inventory


def take(inventory: Belongings, holding_id: UUID, quantity: int, new_id: NewId) -> tuple[Belongings, Held]:
    """Take things out of a stack, as they are dropped or given away. What is worn is taken off.

    Returns:
        The inventory, and the things: on their way, in no slot.

    Raises:
        ItemNotHeld, TooFewHeld
    """
    taken, stays = split(get(inventory, holding_id), quantity, new_id)
    return _with(inventory, holding_id, stays), taken


def equip(inventory: Belongings, holding_id: UUID, slot: WearSlot | None = None) -> Belongings:
    """Put a thing on.

    Args:
        slot: None for the first free one that it fits.

    Raises:
        ItemNotHeld, AlreadyWorn, NotWearable, WrongSlot, SlotTaken
    """
    stack = get(inventory, holding_id)
    if stack.slot:
        raise AlreadyWorn(item=stack.name)
    if stack.item.fit is None:
        raise NotWearable(item=stack.name)
    fitting = SLOTS_OF[stack.item.fit]
    if slot and slot not in fitting:
        raise WrongSlot(item=stack.name, slots=listed([each.words for each in fitting]))
    wanted = (slot,) if slot else fitting
    free = next((each for each in wanted if inventory.worn(each) is None), None)
    if free is None:
        worn = inventory.worn(wanted[0])
        assert worn is not None
        raise SlotTaken(worn=worn.name)
    return _with(inventory, holding_id, replace(stack, slot=free))


def unequip(inventory: Belongings, holding_id: UUID, limit: int) -> Belongings:
    """Take a thing off.

    Args:
        limit: see `add`. What is worn counts, so only someone who carries too much already is refused.

    Raises:
        ItemNotHeld, NotWorn, CarryLimitReached
    """
    stack = get(inventory, holding_id)
    if not stack.slot:
        raise NotWorn(item=stack.name)
    if inventory.grams > limit:
        raise CarryLimitReached(item=stack.name, weight=kilograms(inventory.grams), limit=kilograms(limit))
    return _with(inventory, holding_id, replace(stack, slot=None))


def slot_named(typed: str) -> WearSlot:
    """Return the slot of that name: `main hand`, `ring1`, `ring 2`.

    Raises:
        UnknownSlot
    """
    wanted = key(typed).replace(" ", "")
    for slot in WearSlot:
        if wanted == slot.replace("_", ""):
            return slot
    raise UnknownSlot(typed=quoted(typed), names=listed([each.words for each in WearSlot]))


def use(inventory: Belongings, holding_id: UUID) -> tuple[Belongings, Effect]:
    """Use one thing up.

    Raises:
        ItemNotHeld
        NotUsable: nothing is consumed.
    """
    stack = get(inventory, holding_id)
    if stack.item.effect is None:
        raise NotUsable(item=stack.name)
    rest = stack.of(stack.quantity - 1) if stack.quantity > 1 else None
    return _with(inventory, holding_id, rest), stack.item.effect


def wear_out(inventory: Belongings, holding_id: UUID, wear: Wear) -> Belongings:
    """Lower the durability of a weapon or of armour.

    Raises:
        ItemNotHeld
    """
    stack = get(inventory, holding_id)
    return _with(inventory, holding_id, replace(stack, durability=max(0, stack.durability - WEAR[wear])))


def repair(inventory: Belongings, holding_id: UUID, points: int) -> Belongings:
    """Raise the durability of a thing, up to that of a new one.

    Raises:
        ItemNotHeld
    """
    stack = get(inventory, holding_id)
    durability = min(stack.item.durability, stack.durability + points)
    return _with(inventory, holding_id, replace(stack, durability=durability))


def working_damage(weapon: Held) -> int:
    """Return the base damage of a weapon: 0 when it is broken."""
    return 0 if weapon.is_broken else weapon.item.base_damage


def working_armor(armour: Held) -> Armor | None:
    """Return what kind of armour protects: None when it is broken, or no armour."""
    return None if armour.is_broken else armour.item.armor_type


def changes(before: Belongings, after: Belongings) -> InventoryChange:
    """Return what to write so that `before` becomes `after`."""
    old = {each.holding_id: each for each in before.held}
    kept = {each.holding_id for each in after.held}
    saved = tuple(each for each in after.held if old.get(each.holding_id) != each)
    return InventoryChange(saved, tuple(each for each in old if each not in kept))


def kilograms(grams: int) -> str:
    """Write a weight in the current language: in hundreds of grams, or to the gram where that would hide some."""
    return decimal(grams / 1_000, 1 if grams % 100 == 0 else 3)


def _with(inventory: Belongings, holding_id: UUID, stack: Held | None) -> Belongings:
    """Return an inventory in which a stack is replaced, or gone."""
    held = (stack if each.holding_id == holding_id else each for each in inventory.held)
    return Belongings(tuple(each for each in held if each is not None))
