"""The quests of a week, their progress and their rewards. Pure. Source: rules 24.3."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from random import Random

from msgspec.structs import replace

from community.catalog.content import items
from community.crafting.events import ItemDisassembled, ItemUpgraded
from community.economy.events import ItemBought, ItemSold
from community.progression.keys import TreeNodeKey
from community.quests.content import MAX_NUMBER, QUESTS_PER_WEEK, Quest, quests
from community.quests.models import (
    ActiveQuest,
    NoSuchQuest,
    QuestAlreadyClaimed,
    QuestLog,
    QuestNotCompleted,
    QuestProgress,
    QuestWeek,
)
from community.search.models import SearchPerformed
from kernel.events.models import Event
from kernel.naming import key

FEATURE: TreeNodeKey = "feature_weekly_quests"

COUNTED = (ItemBought, ItemSold, ItemUpgraded, ItemDisassembled, SearchPerformed)
"""The events that add to any quest's progress. Most events do not, and an action has several."""


def draw_quests(pool: Iterable[Quest], week: QuestWeek) -> tuple[Quest, ...]:
    """Draw the quests of a week. The result is the same on every machine."""
    # Of all methods of `Random`, only `random()` is guaranteed to be stable across versions of Python.
    rng = Random(week.number)
    return tuple(sorted(pool, key=lambda quest: rng.random())[:QUESTS_PER_WEEK])


def active_quests(now: datetime) -> tuple[ActiveQuest, ...]:
    return _active_quests(QuestWeek.at(now))


@lru_cache(maxsize=4)
def _active_quests(week: QuestWeek) -> tuple[ActiveQuest, ...]:
    return tuple(ActiveQuest(week, quest) for quest in draw_quests(quests.document.quests, week))


def find_active(now: datetime, wanted: int | str) -> ActiveQuest:
    """Find a quest of this week.

    Args:
        wanted: its id, or its key as people type it.

    Raises:
        NoSuchQuest
    """
    typed = key(wanted) if isinstance(wanted, str) else None
    for active in active_quests(now):
        if wanted == active.quest_id or typed == key(active.quest.key):
            return active
    raise NoSuchQuest


def amount_for(quest: Quest, event: Event) -> int:
    """Return how much an event adds to a quest's progress, in the unit of its requirement."""
    match quest.type, event:
        case "buy_items", ItemBought():
            return event.quantity if _matches(quest, event.item_name) else 0
        case "sell_items", ItemSold():
            return event.quantity if _matches(quest, event.item_name) else 0
        case "earn_money", ItemSold():
            return event.money_gained
        case "craft_recipe", ItemUpgraded():
            return event.units if _is_of_recipe(quest, event.recipe_key) else 0
        case "craft_recipe", ItemDisassembled():
            return event.quantity if _is_of_recipe(quest, event.recipe_key) else 0
        case "perform_searches", SearchPerformed():
            return 1
        case _:
            return 0


def _matches(quest: Quest, item_name: str) -> bool:
    return quest.target_category in (None, items.stored_by_name(item_name).category)


def _is_of_recipe(quest: Quest, recipe_key: str) -> bool:
    return recipe_key.casefold() == (quest.target_recipe_key or "").casefold()


def advanced(before: QuestProgress | None, quest: Quest, added: int, now: datetime) -> QuestProgress:
    """Return the progress with `added` more, at least 1. A completed quest advances no further."""
    progress = before or QuestProgress(0, started_at=now)
    if progress.completed_at:
        return progress
    count = min(progress.count + added, quest.requirement)
    return replace(progress, count=count, completed_at=now if count == quest.requirement else None)


def is_completed(progress: QuestProgress, quest: Quest) -> bool:
    """Whether the requirement is reached. After a merge that can be so before any event has completed the quest."""
    return progress.count >= quest.requirement


def claimed(progress: QuestProgress | None, quest: Quest, now: datetime) -> QuestProgress:
    """Return the progress with the reward claimed.

    Raises:
        QuestNotCompleted, QuestAlreadyClaimed
    """
    if progress is None or not is_completed(progress, quest):
        raise QuestNotCompleted(count=progress.count if progress else 0, requirement=quest.requirement)
    if progress.claimed_at:
        raise QuestAlreadyClaimed
    return replace(progress, completed_at=progress.completed_at or now, claimed_at=now)


def merged(one: QuestLog, other: QuestLog) -> QuestLog:
    """Merge two players' progress: a reward claimed by either is claimed; other counts add up."""
    shared = one.progress.keys() & other.progress.keys()
    both = {quest_id: _merged(quest_id, one.progress[quest_id], other.progress[quest_id]) for quest_id in shared}
    return QuestLog({**one.progress, **other.progress, **both})


def _merged(quest_id: int, one: QuestProgress, other: QuestProgress) -> QuestProgress:
    completed_at = min(filter(None, (one.completed_at, other.completed_at)), default=None)
    quest = quests.by_number.get(quest_id % (MAX_NUMBER + 1))
    if completed_at or quest is None:
        count = max(one.count, other.count)
    else:  # a merge records no completion, so `is_completed` checks the count
        count = min(one.count + other.count, quest.requirement)
    return QuestProgress(
        count,
        started_at=min(one.started_at, other.started_at),
        completed_at=completed_at,
        claimed_at=min(filter(None, (one.claimed_at, other.claimed_at)), default=None),
    )
