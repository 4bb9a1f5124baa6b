"""The results of recipes. Source: rules 3.3 and 8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil
from random import Random

from community import dice
from community.catalog import item_names
from community.catalog.content import Ingredient, Item, items
from community.catalog.english import plural
from community.crafting.content import Disassemble, Upgrade, disassembles, upgrades
from community.crafting.models import Batch, NotEnoughIngredients, RecipeNotFound, Salvage
from community.inventory.models import Inventory, Quality, Slot
from community.progression.models import CommunityState
from community.progression.rules import modified
from kernel.texts import listed

CHANCE = Fraction(1, 10)
"""Chance of a masterwork and of a perfect salvage, before the community's modifiers."""

SALVAGE_MULTIPLIER = Fraction(3, 2)


def _by_target() -> Mapping[str, Upgrade]:
    """Return the first recipe of the file for each item."""
    found: dict[str, Upgrade] = {}
    for recipe in upgrades.by_key.values():
        found.setdefault(recipe.target_item, recipe)
    return found


_BY_TARGET = _by_target()


def find_upgrade(name: str) -> Upgrade:
    """Find the recipe for the item of that name, else the recipe with that key.

    Raises:
        RecipeNotFound
    """
    item = item_names.find(name)
    recipe = recipe_for(item) or upgrades.keys.find(name)
    if recipe is None:
        raise RecipeNotFound(item=item.public_name if item else name, meant=() if item else item_names.meant(name))
    return recipe


def recipe_for(item: Item | None) -> Upgrade | None:
    """Return the first recipe of the file for an item, else the recipe that is called like it."""
    return _BY_TARGET.get(item.internal_name) or upgrades.by_key.get(item.internal_name) if item else None


def find_disassemble(name: str) -> Disassemble:
    """Find the recipe that takes the named item apart.

    Raises:
        RecipeNotFound
    """
    item = item_names.find(name)
    recipe = disassembles.by_item.get(item.internal_name) if item else None
    if recipe is None:
        what = f"taking {item.public_name if item else name} apart"
        raise RecipeNotFound(item=what, meant=() if item else item_names.meant(name))
    return recipe


def upgrade(
    inventory: Inventory, recipe: Upgrade, wanted: int, state: CommunityState, rng: Random
) -> tuple[Inventory, Batch]:
    """Apply a recipe as often as wanted and possible. Returns the remaining inventory and the batch.

    Raises:
        NotEnoughIngredients: the ingredients do not suffice for one.
    """
    units = _units(inventory, recipe.costs, wanted)
    inventory, consumed = _consume(inventory, recipe.costs, units, rng)
    masterworks = dice.successes(rng, units, chance(state))
    return inventory, Batch(recipe, units, masterworks, consumed, average_quality(consumed))


def disassemble(
    inventory: Inventory, recipe: Disassemble, wanted: int, state: CommunityState, rng: Random
) -> tuple[Inventory, Salvage]:
    """Take items apart as often as wanted and possible. Returns the remaining inventory and the salvage.

    Raises:
        NotEnoughIngredients: the items do not suffice for one application.
    """
    costs = (Ingredient(item=recipe.recipe_key, quantity=recipe.quantity_consumed),)
    units = _units(inventory, costs, wanted)
    inventory, consumed = _consume(inventory, costs, units, rng)
    perfect = dice.successes(rng, units, chance(state))
    outputs = {row.item: (units - perfect) * row.quantity + perfect * _more(row.quantity) for row in recipe.outputs}
    return inventory, Salvage(recipe, units, perfect, outputs, average_quality(consumed))


def chance(state: CommunityState) -> float:
    return float(modified(state, "crafting_success_rate", CHANCE))


def average_quality(consumed: Iterable[Slot]) -> Quality:
    """Return the average quality by rank, rounded half up. Money is ignored; of money alone, it is COMMON."""
    slots = [slot for slot in consumed if slot.item_id != items.money.item_id]
    total = sum(slot.quantity for slot in slots)
    if total == 0:
        return Quality.COMMON
    ranks = sum(slot.quality.rank * slot.quantity for slot in slots)
    return list(Quality)[(ranks + total // 2) // total]


def slot_of(item_name: str, quantity: int, quality: Quality) -> Slot:
    """Build a stack of a product. Money is always COMMON."""
    item = items.by_name[item_name]
    return Slot(item.item_id, quantity, Quality.COMMON if item.is_money else quality)


def _more(quantity: int) -> int:
    """Return one and a half times the quantity, rounded up."""
    return ceil(quantity * SALVAGE_MULTIPLIER)


def _units(inventory: Inventory, costs: Iterable[Ingredient], wanted: int) -> int:
    held = {cost.item: inventory.count(items.by_name[cost.item].item_id) for cost in costs}
    units = min(wanted, *(held[cost.item] // cost.quantity for cost in costs))
    if units == 0:
        raise NotEnoughIngredients(
            needed=in_words({cost.item: cost.quantity for cost in costs}),
            held=in_words(held),
        )
    return units


def _consume(
    inventory: Inventory, costs: Iterable[Ingredient], units: int, rng: Random
) -> tuple[Inventory, tuple[Slot, ...]]:
    """Take the ingredients from their stacks in random order. Returns the remaining inventory and what was taken."""
    consumed: list[Slot] = []
    for cost in costs:
        missing = cost.quantity * units
        slots = inventory.of(items.by_name[cost.item].item_id)
        rng.shuffle(slots)
        for slot in slots:
            taken = min(slot.quantity, missing)
            if taken:
                inventory = inventory.take(slot, taken)
                consumed.append(slot._replace(quantity=taken))
                missing -= taken
    return inventory, tuple(consumed)


def in_words(quantities: Mapping[str, int]) -> str:
    """Describe {internal name: quantity} for messages."""
    return listed(
        [f"{quantity} × {plural(items.by_name[name].public_name, quantity)}" for name, quantity in quantities.items()]
    )
