"""user_unlocked_recipes: what players have learned to make."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from community.players.models import Fact
from kernel.database import Tx

KNOWN_RECIPES = Fact(
    "known_recipes",
    "SELECT array_agg(r.recipe_key) FROM user_unlocked_recipes r WHERE r.user_id = u.user_id",
)
"""The keys of the upgrades a player has a row for; None for none."""


def save(tx: Tx, user_id: UUID, recipe_keys: Collection[str]) -> None:
    """Remember them; what is known already stays as it is."""
    tx.execute(
        """
        INSERT INTO user_unlocked_recipes (user_id, recipe_key, unlocked_at)
        SELECT %s, recipe_key, %s FROM unnest(%s::text[]) AS recipe_key
        ON CONFLICT DO NOTHING
        """,
        (user_id, tx.now, sorted(set(recipe_keys))),
    )


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """What one player knows, another knows as well. Source: rules 1.1."""
    tx.execute(
        """
        INSERT INTO user_unlocked_recipes (user_id, recipe_key, unlocked_at)
        SELECT %s, recipe_key, unlocked_at FROM user_unlocked_recipes WHERE user_id = %s
        ON CONFLICT (user_id, recipe_key) DO UPDATE
        SET unlocked_at = least(user_unlocked_recipes.unlocked_at, excluded.unlocked_at)
        """,
        (to_id, from_id),
    )
