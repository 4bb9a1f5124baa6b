"""Which recipes a player may use. Source: rules 8.2."""

from __future__ import annotations

from community.catalog import item_names
from community.catalog.content import items
from community.catalog.texts import one_or_counted
from community.crafting import rules
from community.crafting.content import Upgrade, upgrades
from community.crafting.models import NoSuchRecipe, RecipeLocked, RecipeNeedsJob, RecipeNeedsNode
from community.crafting.unlocks import KNOWN_RECIPES, NewRecipes
from community.jobs.content import jobs
from community.jobs.models import Jobs
from community.players import service as players
from community.players.models import Player, PlayerRef, no_such_player
from community.progression.content import tree
from community.progression.models import CommunityState
from kernel.database import Tx


def is_known(player: Player, recipe: Upgrade) -> bool:
    """Whether the player may use the recipe.

    Args:
        player: loaded with `KNOWN_RECIPES`.
    """
    return has_learned(player, recipe) or condition_holds(recipe, player.state, player)


def has_learned(player: Player, recipe: Upgrade) -> bool:
    """Whether the player has learned the recipe, perhaps under an earlier key.

    Args:
        player: loaded with `KNOWN_RECIPES`.
    """
    known = _known(player)
    return recipe.recipe_key in known or any(key in known for key in recipe.renamed_from)


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
    if has_learned(player, recipe):
        return player
    if not condition_holds(recipe, player.state, player):
        raise _locked(recipe)
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
        raise no_such_player(learner)
    new = not has_learned(player, recipe)
    players.save(tx, _with(player, recipe))
    return player, recipe, new


def _known(player: Player) -> list[str]:
    return player.facts.get(KNOWN_RECIPES.name) or []


def _with(player: Player, recipe: Upgrade) -> Player:
    return player.having(player[NewRecipes].plus(recipe.recipe_key))


def _locked(recipe: Upgrade) -> RecipeLocked:
    """Return the refusal that says what is missing."""
    item = one_or_counted(items.by_name[recipe.target_item], 1)
    if recipe.unlock_type == "job_level" and recipe.job_key:
        job = jobs.entries[recipe.job_key].display_name
        return RecipeNeedsJob(item=item, job=job, level=recipe.unlock_threshold)
    if recipe.unlock_type == "node" and recipe.node_key:
        return RecipeNeedsNode(item=item, node=tree.entries[recipe.node_key].name)
    return RecipeLocked(item=item)
