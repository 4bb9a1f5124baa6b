"""Reactions that track achievements."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.achievements.content import Achievement
from community.achievements.content import achievements as all_achievements
from community.achievements.models import AchievementProgress, Achievements, AchievementUnlocked, RewardView
from community.achievements.rules import advanced
from community.catalog.content import items
from community.crafting.unlocks import NewRecipes
from community.deliveries.rules import receive
from community.inventory.models import Slot
from community.jobs.reactions import earn_xp
from community.players.models import Player
from kernel.events.models import Event
from kernel.texts import speaking

SOURCE = "achievement"


def track_achievements(event: Event, player: Player, now: datetime, rng: Random) -> Player:
    """Count the event for every achievement that counts it, and reward those that it completes."""
    for achievement in all_achievements.by_event.get(event.type, ()):
        achievements = player[Achievements]
        before = achievements.progress.get(achievement.key, AchievementProgress(0))
        after = advanced(before, achievement, event, now)
        if after == before:
            continue
        player = player.having(achievements.having(achievement.key, after))
        if after.unlocked_at:
            player = _unlocked(player, achievement, now, rng)
    return player


def _unlocked(player: Player, achievement: Achievement, now: datetime, rng: Random) -> Player:
    with speaking():
        player = player.record(
            AchievementUnlocked(
                user_id=player.id,
                username=player.username,
                achievement_key=achievement.key,
                name=achievement.name,
                description=achievement.description,
                reward=RewardView.of(achievement.reward),
                timestamp=int(now.timestamp()),
            )
        )
    reward = achievement.reward
    if reward.lesson:
        player = earn_xp(player, reward.lesson.job_key, reward.lesson.xp, SOURCE, now, rng)
    if reward.recipe:
        player = player.having(player[NewRecipes].plus(reward.recipe))
    slots = [Slot(items.by_name[row.item].item_id, row.quantity) for row in reward.items]
    if reward.money:
        slots.append(Slot(items.money.item_id, reward.money))
    return receive(player, slots, SOURCE, now)
