"""The results of recipes. Source: rules 3.3 and 8."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from random import Random

from community import dice
from community.catalog import item_names
from community.catalog.content import Ingredient, Item, items
from community.crafting.content import Disassemble, Upgrade, disassembles, upgrades
from community.crafting.models import Batch, NotDisassembled, NotEnoughIngredients, RecipeNotFound, Salvage
from community.crafting.texts import in_words
from community.inventory.models import Inventory, Quality, Slot, average_quality
from community.progression.models import CommunityState
from community.progression.rules import modified
from kernel.quantities import MOST, Wanted, resolve

CHANCE = Fraction(1, 10)
"""Chance of a masterwork and of a perfect salvage, before the community's modifiers."""

SALVAGE_MULTIPLIER = Fraction(3, 2)


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
    return upgrades.by_target.get(item.internal_name) or upgrades.by_key.get(item.internal_name) if item else None


def find_disassemble(name: str) -> Disassemble:
    """Find the recipe that takes the named item apart.

    Raises:
        RecipeNotFound
    """
    item = item_names.find(name)
    recipe = disassembles.by_item.get(item.internal_name) if item else None
    if recipe is None:
        shown, meant = (item.public_name, ()) if item else (name, item_names.meant(name))
        raise NotDisassembled(item=shown, meant=meant)
    return recipe


def upgrade(
    inventory: Inventory,
    recipe: Upgrade,
    wanted: Wanted,
    state: CommunityState,
    rng: Random,
    quality: Quality | None = None,
) -> tuple[Inventory, Batch]:
    """Apply a recipe as often as wanted and possible. Returns the remaining inventory and the batch.

    Args:
        quality: use only ingredients of this quality, except money; None for any, the lowest first.

    Raises:
        NotEnoughIngredients: the ingredients do not suffice for one.
    """
    units, inventory, consumed = _consume(inventory, recipe.costs, wanted, quality)
    masterworks = dice.successes(rng, units, chance(state))
    return inventory, Batch(recipe, units, masterworks, consumed, product_quality(consumed))


def disassemble(
    inventory: Inventory,
    recipe: Disassemble,
    wanted: Wanted,
    state: CommunityState,
    rng: Random,
    quality: Quality | None = None,
) -> tuple[Inventory, Salvage]:
    """Take items apart as often as wanted and possible. Returns the remaining inventory and the salvage.

    Args:
        quality: take apart only items of this quality; None for any, the lowest first.

    Raises:
        NotEnoughIngredients: the items do not suffice for one application.
    """
    costs = (Ingredient(item=recipe.recipe_key, quantity=recipe.quantity_consumed),)
    units, inventory, consumed = _consume(inventory, costs, wanted, quality)
    perfect = dice.successes(rng, units, chance(state))
    outputs = {
        row.item: (units - perfect) * row.quantity + perfect * most_salvaged(row.quantity) for row in recipe.outputs
    }
    return inventory, Salvage(recipe, units, perfect, outputs, product_quality(consumed))


def chance(state: CommunityState) -> float:
    return float(modified(state, "crafting_success_rate", CHANCE))


def product_quality(consumed: Iterable[Slot]) -> Quality:
    """Return the average quality of the ingredients. Money is ignored."""
    return average_quality(slot for slot in consumed if slot.item_id != items.money.item_id)


def slot_of(item_name: str, quantity: int, quality: Quality) -> Slot:
    """Build a stack of a product. Money is always COMMON."""
    item = items.by_name[item_name]
    return Slot(item.item_id, quantity, Quality.COMMON if item.is_money else quality)


def most_salvaged(quantity: int) -> int:
    """Return what a perfect salvage gives: one and a half times the quantity, rounded up."""
    return ceil(quantity * SALVAGE_MULTIPLIER)


def _consume(
    inventory: Inventory, costs: Iterable[Ingredient], wanted: Wanted, quality: Quality | None
) -> tuple[int, Inventory, tuple[Slot, ...]]:
    """Take the ingredients for as many applications as wanted and possible, the lowest quality first.

    Args:
        quality: take only ingredients of this quality, except money; None for any.

    Returns:
        How many applications these are, the remaining inventory, and what was taken.
    """
    asked = {cost.item: None if items.by_name[cost.item].is_money else quality for cost in costs}
    held = {name: inventory.count(items.by_name[name].item_id, each) for name, each in asked.items()}
    possible = min(held[cost.item] // cost.quantity for cost in costs)
    units = min(resolve(wanted, possible, most=MOST), possible)
    if units == 0:
        raise NotEnoughIngredients(
            needed=in_words({cost.item: cost.quantity for cost in costs}),
            held=in_words(held),
        )
    consumed: list[Slot] = []
    for cost in costs:
        inventory, taken = inventory.take_lowest(items.by_name[cost.item], cost.quantity * units, asked[cost.item])
        consumed += taken
    return units, inventory, tuple(consumed)
