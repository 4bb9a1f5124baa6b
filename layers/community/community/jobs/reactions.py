"""Reactions that award experience, and the functions that add it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from community.economy.events import ItemBought, ItemSold
from community.jobs import rules
from community.jobs.events import JobLevelUp
from community.jobs.models import Jobs, NewXpEvents, XpEvent
from community.players.models import Player
from community.progression.models import FeatureLocked
from community.stats.reactions import add_stat

# Every piece of engagement is already stored individually.
_SOURCES_NOT_LOGGED = frozenset({"engagement"})


def award_sale_xp(event: ItemSold, player: Player, now: datetime, rng: Random) -> Player:
    return _merchant_xp(player, event.money_gained, event.type, now, rng)


def award_purchase_xp(event: ItemBought, player: Player, now: datetime, rng: Random) -> Player:
    return _merchant_xp(player, event.cost, event.type, now, rng)


def _merchant_xp(player: Player, money: int, source: str, now: datetime, rng: Random) -> Player:
    """Award a tenth of the traded money, rounded up, at least 1. Source: rules 7."""
    return earn_xp(player, "merchant", max(1, -(-money // 10)), source, now, rng)


def earn_xp(player: Player, job_key: str, base: int, source: str, now: datetime, rng: Random) -> Player:
    """Add experience as a side effect: a locked job or a reached daily cap does not fail the action."""
    try:
        return add_xp(player, job_key, base, source, now, rng)[0]
    except (FeatureLocked, rules.DailyCapReached):
        return player


def add_xp(
    player: Player,
    job_key: str,
    base: int,
    source: str,
    now: datetime,
    rng: Random,
    metadata: Mapping[str, Any] | None = None,
    *,
    requested: bool = False,
) -> tuple[Player, rules.XpAward]:
    """Add experience and record what follows from it. All experience is added here.

    Args:
        requested: as in `rules.award`.

    Raises:
        FeatureLocked, DailyCapReached
    """
    jobs = player[Jobs]
    before = jobs.progress.get(job_key)
    award = rules.award(before, base, player.state, now, rng, job_key=job_key, source=source, requested=requested)
    player = player.having(jobs.having(job_key, award.progress))
    if source not in _SOURCES_NOT_LOGGED:
        player = player.having(player[NewXpEvents].plus(XpEvent(job_key, award.gained, source, metadata)))
    if award.bonus:
        player = add_stat(player, now, "job_xp_critical", {"job_key": job_key, "bonus": award.bonus})
    for level in range(award.old_level, award.progress.level):
        player = player.record(
            JobLevelUp(
                user_id=player.id,
                username=player.username,
                job_key=job_key,
                old_level=level,
                new_level=level + 1,
                source=source,
            )
        )
    return player, award
