"""Reading recipes."""

from __future__ import annotations

from community.crafting import learning, rules
from community.crafting.content import Upgrade, upgrades
from community.crafting.unlocks import KNOWN_RECIPES
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Tx


def known_recipes(tx: Tx, cook: PlayerRef) -> list[Upgrade]:
    """List the recipes that the player may use, in the order of the file.

    Raises:
        NoSuchPlayer
    """
    player = players.get_player(tx, cook, KNOWN_RECIPES)
    return [recipe for recipe in upgrades.by_key.values() if learning.is_known(player, recipe)]


def recipe_of(tx: Tx, item_name: str, cook: PlayerRef | None) -> tuple[Upgrade, bool]:
    """Return the recipe for an item, and whether it is locked for the player. Without a player it is never locked.

    Raises:
        RecipeNotFound
    """
    recipe = rules.find_upgrade(item_name)
    if cook is None:
        return recipe, False
    player, state = players.peek(tx, cook, KNOWN_RECIPES)
    known = learning.is_known(player, recipe) if player else learning.condition_holds(recipe, state, None)
    return recipe, not known
