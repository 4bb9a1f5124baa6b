"""Messages about quests."""

from __future__ import annotations

from community.catalog.texts import money
from community.quests.models import ActiveQuest
from kernel.texts import translate


def paid(active: ActiveQuest) -> str:
    return translate(
        'Quest "{quest}": here are your {money}.',
        quest=active.quest.description.rstrip("."),
        money=money(active.quest.reward_money),
    )
