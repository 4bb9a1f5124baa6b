"""Recipes that players have learned and the content may lack. Renamed ones are found by their earlier keys."""

from __future__ import annotations

from community.crafting import unlocks
from community.crafting.content import UpgradesSection, upgrades
from community.stored_names import missing
from kernel.database import Tx


def refuse_missing_recipes(tx: Tx) -> None:
    """Refuse content without a recipe that players have learned.

    Raises:
        ContentError
    """
    for row in unlocks.list_keys(tx).fetchall():
        if row["recipe_key"] not in upgrades.known_keys:
            raise missing(UpgradesSection.file, "recipe", row["recipe_key"], "is known to players")
