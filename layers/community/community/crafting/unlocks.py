"""The recipes that players have learned: SQL on user_unlocked_recipes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from community.players.collected import Collected
from community.players.models import Fact
from kernel.database import Cursor, Tx


class NewRecipes(Collected[str]):
    """Keys of the recipes that a player has learned in this action, possibly again."""


KNOWN_RECIPES = Fact(
    "known_recipes",
    "SELECT array_agg(r.recipe_key) FROM user_unlocked_recipes r WHERE r.user_id = u.user_id",
)
"""Keys of the recipes that a player has learned; None when there are none."""


def save(tx: Tx, user_id: UUID, recipe_keys: Collection[str]) -> None:
    """Store learned recipes; those already known stay unchanged."""
    tx.execute(
        """
        INSERT INTO user_unlocked_recipes (user_id, recipe_key, unlocked_at)
        SELECT %s, recipe_key, %s FROM unnest(%s::text[]) AS recipe_key
        ON CONFLICT DO NOTHING
        """,
        (user_id, tx.now, sorted(set(recipe_keys))),
    )


def list_keys(tx: Tx) -> Cursor:
    """Return rows with `recipe_key`: the recipes that any player has learned."""
    return tx.execute("SELECT DISTINCT recipe_key FROM user_unlocked_recipes ORDER BY recipe_key")


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Copy one player's recipes to the other. Source: rules 1.1."""
    tx.execute(
        """
        INSERT INTO user_unlocked_recipes (user_id, recipe_key, unlocked_at)
        SELECT %s, recipe_key, unlocked_at FROM user_unlocked_recipes WHERE user_id = %s
        ON CONFLICT (user_id, recipe_key) DO UPDATE
        SET unlocked_at = least(user_unlocked_recipes.unlocked_at, excluded.unlocked_at)
        """,
        (to_id, from_id),
    )
