"""Experience for what players do."""

from __future__ import annotations

from datetime import datetime
from random import Random

from brandish.economy.models import ItemBought, ItemSold
from brandish.jobs import rules
from brandish.jobs.models import JobLevelUp
from brandish.players.models import Player
from brandish.progression.models import FeatureLocked


def merchant_xp_for_sale(event: ItemSold, player: Player, now: datetime, rng: Random) -> Player:
    return _merchant_xp(player, event.money_gained, event.type, now, rng)


def merchant_xp_for_purchase(event: ItemBought, player: Player, now: datetime, rng: Random) -> Player:
    return _merchant_xp(player, event.cost, event.type, now, rng)


def _merchant_xp(player: Player, money: int, source: str, now: datetime, rng: Random) -> Player:
    """A tenth of the money that changed hands, rounded up, at least 1. Source: rules 7."""
    return earn(player, "merchant", max(1, -(-money // 10)), source, now, rng)


def earn(player: Player, job_key: str, base: int, source: str, now: datetime, rng: Random) -> Player:
    """Experience on the side: a locked job or a used-up day takes nothing away from the action itself."""
    try:
        award = rules.award(player.jobs.get(job_key), base, player.world, now, rng, job_key=job_key, source=source)
    except (FeatureLocked, rules.DailyCapReached):
        return player
    player = player.with_job(job_key, award.progress)
    for level in range(award.old_level, award.progress.level):
        player = player.record(
            JobLevelUp(user_id=player.id, job_key=job_key, old_level=level, new_level=level + 1, source=source)
        )
    return player
