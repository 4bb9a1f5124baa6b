"""Which recipes a player may use. Source: rules 8.2."""

from __future__ import annotations

from community.catalog import item_names
from community.catalog.content import items
from community.catalog.english import article
from community.crafting import rules
from community.crafting.content import Upgrade, upgrades
from community.crafting.models import NewRecipes, NoSuchRecipe, RecipeLocked
from community.crafting.unlocks import KNOWN_RECIPES
from community.jobs.content import jobs
from community.jobs.models import Jobs
from community.players import service as players
from community.players.models import NoSuchPlayer, Player, PlayerRef
from community.progression.content import tree
from community.progression.models import CommunityState
from kernel.database import Tx


def is_known(player: Player, recipe: Upgrade) -> bool:
    """Whether the player may use the recipe.

    Args:
        player: loaded with `KNOWN_RECIPES`.
    """
    return recipe.recipe_key in _known(player) or condition_holds(recipe, player.state, player)


def condition_holds(recipe: Upgrade, state: CommunityState, player: Player | None) -> bool:
    """Whether the recipe's condition is met for the player, who is None for a stranger."""
    match recipe.unlock_type:
        case "auto":
            return True
        case "job_level":
            level = player[Jobs].level(recipe.job_key or "") if player else 0
            return level >= (recipe.unlock_threshold or 0)
        case "node":
            return state.has(recipe.node_key or "")
        case "manual":
            return False


def learn(player: Player, recipe: Upgrade) -> Player:
    """Return the player with the recipe learned, so that it stays known if its condition stops being met.

    Raises:
        RecipeLocked: its condition is not met; the message says what is missing.
    """
    if recipe.recipe_key in _known(player):
        return player
    if not condition_holds(recipe, player.state, player):
        name = items.by_name[recipe.target_item].public_name
        raise RecipeLocked(item=f"{article(name)} {name}", missing=_missing_condition(recipe))
    return _with(player, recipe)


def teach(tx: Tx, learner: PlayerRef, recipe_key: str) -> tuple[Player, Upgrade, bool]:
    """Unlock a recipe on behalf of an administrator. The last value says whether it was new to the player.

    Raises:
        NoSuchRecipe, NoSuchPlayer
    """
    recipe = upgrades.keys.find(recipe_key) or rules.recipe_for(item_names.find(recipe_key))
    if recipe is None:
        raise NoSuchRecipe(key=recipe_key, meant=upgrades.keys.meant(recipe_key))
    player = players.load_all(tx, (learner,), KNOWN_RECIPES)[0]
    if player is None:
        raise NoSuchPlayer(name=learner.label)
    new = recipe.recipe_key not in _known(player)
    players.save(tx, _with(player, recipe))
    return player, recipe, new


def _known(player: Player) -> list[str]:
    return player.facts.get(KNOWN_RECIPES.name) or []


def _with(player: Player, recipe: Upgrade) -> Player:
    return player.having(player[NewRecipes].plus(recipe.recipe_key))


def _missing_condition(recipe: Upgrade) -> str:
    if recipe.unlock_type == "job_level" and recipe.job_key:
        return f"it takes a {jobs.by_key[recipe.job_key].display_name} of level {recipe.unlock_threshold}"
    if recipe.unlock_type == "node" and recipe.node_key:
        return f"the community has not unlocked {tree.nodes[recipe.node_key].name}"
    return "it must be learned first"
