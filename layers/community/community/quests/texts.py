"""Messages about quests."""

from __future__ import annotations

from community.quests.models import ActiveQuest


def paid(active: ActiveQuest) -> str:
    return f'Quest "{active.quest.description.rstrip(".")}": here are your {active.quest.reward_money} money.'
