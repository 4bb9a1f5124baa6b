"""The recipes that a player learns in this action. Known recipes are read only by the actions that need them."""

from __future__ import annotations

from community.crafting import unlocks
from community.crafting.unlocks import NewRecipes
from community.players.part import Rows, collecting

RECIPES = collecting(NewRecipes, unlocks.save, Rows(("user_unlocked_recipes",), unlocks.move))
