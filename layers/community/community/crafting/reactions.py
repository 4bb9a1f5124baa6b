"""Reactions to crafting: experience, statistics and recipes."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.catalog.content import items
from community.crafting.content import upgrades
from community.crafting.events import ItemDisassembled, ItemUpgraded
from community.crafting.unlocks import NewRecipes
from community.deliveries.models import DeliveryArrived
from community.engagement.reactions import record_command
from community.jobs.events import JobLevelUp
from community.jobs.reactions import earn_xp
from community.players.models import Player
from community.stats.reactions import add_stat

SOURCE = "crafting"
"""Source of the deliveries that carry timed batches."""

JOB = "blacksmith"
XP = 10
"""Per application of a recipe."""


def record_finished_batch(event: DeliveryArrived, player: Player, now: datetime, rng: Random) -> Player:
    """Record a timed batch as crafted when it arrives, so that starting and cancelling one earns nothing."""
    if event.source != SOURCE:
        return player
    details = event.details
    recipe = upgrades.stored(details["recipe_key"])
    return player.record(
        ItemUpgraded(
            user_id=player.id,
            item_name=items.stored_by_name(details["item_name"]).internal_name,
            quantity=details["certain"] + details["bonus"],
            recipe_key=recipe.recipe_key if recipe else details["recipe_key"],
            is_masterwork=details["bonus"] > 0,
            bonus_quantity=details["bonus"],
            timestamp=int(now.timestamp()),
            units=details["units"],
            job_id=event.delivery_id,
        )
    )


def award_upgrade_xp(event: ItemUpgraded, player: Player, now: datetime, rng: Random) -> Player:
    """Award the recipe's experience; the default for a recipe that has been removed since."""
    recipe = upgrades.by_key.get(event.recipe_key)
    job_key, xp = (recipe.job_key or JOB, recipe.xp_reward or XP) if recipe else (JOB, XP)
    return earn_xp(player, job_key, xp * event.units, event.type, now, rng)


def award_disassembly_xp(event: ItemDisassembled, player: Player, now: datetime, rng: Random) -> Player:
    return earn_xp(player, JOB, XP * event.quantity, event.type, now, rng)


def learn_recipes_for_level(event: JobLevelUp, player: Player, now: datetime, rng: Random) -> Player:
    """Unlock the recipes that require this level of the job. Source: rules 8.2."""
    reached = [
        recipe.recipe_key
        for recipe in upgrades.by_key.values()
        if (recipe.unlock_type, recipe.job_key, recipe.unlock_threshold)
        == ("job_level", event.job_key, event.new_level)
    ]
    return player.having(player[NewRecipes].plus(*reached)) if reached else player


def count_masterwork(event: ItemUpgraded, player: Player, now: datetime, rng: Random) -> Player:
    if not event.is_masterwork:
        return player
    data = {"item_name": event.item_name, "bonus_quantity": event.bonus_quantity}
    return add_stat(player, now, "crafting_critical_success", data)


def count_perfect_salvage(event: ItemDisassembled, player: Player, now: datetime, rng: Random) -> Player:
    if not event.is_perfect_salvage:
        return player
    data = {"item_name": event.item_name, "count": event.perfect_salvage_count}
    return add_stat(player, now, "crafting_perfect_salvage", data)


def record_upgrade_command(event: ItemUpgraded, player: Player, now: datetime, rng: Random) -> Player:
    """Record the command, unless it was already recorded when a timed job started."""
    return player if event.job_id else record_command(event, player, now, rng)
