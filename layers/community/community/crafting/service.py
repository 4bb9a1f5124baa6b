"""Crafting items and taking them apart."""

from __future__ import annotations

from community.crafting import learning, rules, timed_crafting
from community.crafting.content import upgrades
from community.crafting.events import ItemDisassembled, ItemUpgraded
from community.crafting.models import Crafted, Salvage
from community.crafting.switches import CRAFTING
from community.crafting.unlocks import KNOWN_RECIPES
from community.inventory.models import Inventory, Quality
from community.players import service as players
from community.players.models import PlayerRef
from community.progression.keys import TreeNodeKey
from community.progression.rules import require_feature
from kernel.database import Tx
from kernel.quantities import Wanted
from kernel.switches.service import require_on

UPGRADE_FEATURE: TreeNodeKey = "feature_upgrade"
DISASSEMBLE_FEATURE: TreeNodeKey = "feature_disassemble"


def upgrade_item(tx: Tx, crafter: PlayerRef, item_name: str, wanted: Wanted, quality: Quality | None = None) -> Crafted:
    """Craft items, or start a timed job where the recipe takes time, and announce it.

    Args:
        item_name: of the product; or a recipe's key.
        wanted: how often to apply the recipe; limited by the ingredients.
        quality: use only ingredients of this quality, except money; None for any, the lowest first.

    Raises:
        RecipeNotFound, UnknownPlayer, FeatureLocked, FeatureLockedBehind, RecipeLocked, NotEnoughIngredients,
        InventoryFull, WorkshopFull
    """
    require_on(tx, CRAFTING)
    recipe = rules.find_upgrade(item_name)
    player = players.load(
        tx, crafter, KNOWN_RECIPES, *([timed_crafting.PENDING_BATCHES] if recipe.duration_seconds else [])
    )
    require_feature(player.state, UPGRADE_FEATURE)
    player = learning.learn(player, recipe)
    inventory, batch = rules.upgrade(player[Inventory], recipe, wanted, player.state, tx.rng, quality)
    player = player.having(inventory)
    if recipe.duration_seconds:
        player, job = timed_crafting.start(player, batch, recipe.duration_seconds, tx.now)
        players.save(tx, player)
        return Crafted(batch, job)
    made = rules.slot_of(recipe.target_item, batch.produced, batch.quality)
    player = player.having(inventory.give(*made)).record(
        ItemUpgraded(
            user_id=player.id,
            item_name=recipe.target_item,
            quantity=batch.produced,
            recipe_key=recipe.recipe_key,
            is_masterwork=batch.masterworks > 0,
            bonus_quantity=batch.bonus,
            timestamp=int(tx.now.timestamp()),
            units=batch.units,
        )
    )
    players.save(tx, player)
    return Crafted(batch)


def disassemble_item(
    tx: Tx, crafter: PlayerRef, item_name: str, wanted: Wanted, quality: Quality | None = None
) -> Salvage:
    """Take items apart as often as wanted and possible, and announce it.

    Args:
        quality: take apart only items of this quality; None for any, the lowest first.

    Raises:
        RecipeNotFound, UnknownPlayer, FeatureLocked, FeatureLockedBehind, RecipeLocked, NotEnoughIngredients,
        InventoryFull
    """
    require_on(tx, CRAFTING)
    recipe = rules.find_disassemble(item_name)
    player = players.load(tx, crafter, KNOWN_RECIPES)
    require_feature(player.state, DISASSEMBLE_FEATURE)
    player = learning.learn(player, upgrades.by_key[recipe.associated_upgrade])
    inventory, salvage = rules.disassemble(player[Inventory], recipe, wanted, player.state, tx.rng, quality)
    for name, quantity in salvage.outputs.items():
        inventory = inventory.give(*rules.slot_of(name, quantity, salvage.quality))
    player = player.having(inventory).record(
        ItemDisassembled(
            user_id=player.id,
            item_name=recipe.recipe_key,
            quantity=salvage.units,
            recipe_key=recipe.recipe_key,
            is_perfect_salvage=salvage.perfect > 0,
            perfect_salvage_count=salvage.perfect,
            multiplier=float(rules.SALVAGE_MULTIPLIER),
            outputs=dict(salvage.outputs),
            timestamp=int(tx.now.timestamp()),
        )
    )
    players.save(tx, player)
    return salvage
