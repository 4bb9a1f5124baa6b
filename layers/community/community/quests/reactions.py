"""Reactions that track the week's quests."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.players.models import Player
from community.quests import rules
from community.quests.events import QuestCompleted, QuestProgressUpdated
from community.quests.models import ActiveQuest, QuestLog, QuestProgress
from kernel.events.models import Event


def track_quests(event: Event, player: Player, now: datetime, rng: Random) -> Player:
    """Count the event for every quest of this week that counts it."""
    if not isinstance(event, rules.COUNTED) or not player.state.has(rules.FEATURE):
        return player
    for active in rules.active_quests(now):
        if added := rules.amount_for(active.quest, event):
            player = _advanced(player, active, added, now)
    return player


def _advanced(player: Player, active: ActiveQuest, added: int, now: datetime) -> Player:
    before = player[QuestLog].progress.get(active.quest_id)
    after = rules.advanced(before, active.quest, added, now)
    if after == before:
        return player
    player = player.having(player[QuestLog].having(active.quest_id, after)).record(
        QuestProgressUpdated(
            user_id=player.id, quest_id=active.quest_id, quest_key=active.quest.key, progress=after.count
        )
    )
    return with_completion(player, active, before, after)


def with_completion(player: Player, active: ActiveQuest, before: QuestProgress | None, after: QuestProgress) -> Player:
    """Record the completion of the quest, if it was completed just now."""
    if after.completed_at is None or (before and before.completed_at):
        return player
    return player.record(QuestCompleted(user_id=player.id, quest_id=active.quest_id, quest_key=active.quest.key))
