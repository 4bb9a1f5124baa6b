"""Which quests a week has, what counts for them, and when they pay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from community.crafting.events import ItemDisassembled, ItemUpgraded
from community.economy.events import ItemBought, ItemSold
from community.inventory.models import Quality
from community.quests.content import Quest, quests
from community.quests.models import (
    ActiveQuest,
    NoSuchQuest,
    QuestAlreadyClaimed,
    QuestLog,
    QuestNotCompleted,
    QuestProgress,
    QuestWeek,
)
from community.quests.rules import (
    COUNTED,
    active_quests,
    advanced,
    amount_for,
    claimed,
    draw_quests,
    find_active,
    is_completed,
    merged,
)
from community.search.models import Luck, Outcome, SearchPerformed
from kernel.events.models import Event

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ALICE = uuid4()
POOL = quests.by_number
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


# Rules 24.3: number, type, category, recipe, need, money, XP.
TABLE = [
    (1, "buy_items", "weapon", None, 3, 800, 150),
    (2, "buy_items", "defense", None, 3, 800, 150),
    (3, "buy_items", "utility", None, 5, 600, 100),
    (4, "sell_items", None, None, 10, 750, 150),
    (5, "sell_items", "weapon", None, 5, 1250, 250),
    (6, "earn_money", None, None, 5000, 1500, 300),
    (7, "earn_money", None, None, 10000, 3000, 600),
    (8, "craft_recipe", None, "lootbox_tier1", 3, 1000, 200),
    (9, "perform_searches", None, None, 10, 500, 100),
]


def test_the_pool_has_the_rules_numbers():
    assert [
        (q.number, q.type, q.target_category, q.target_recipe_key, q.requirement, q.reward_money, q.reward_xp)
        for q in POOL.values()
    ] == TABLE


@pytest.mark.parametrize(
    "change",
    [
        {"type": "earn_money", "target_category": "weapon"},
        {"type": "craft_recipe"},
        {"type": "perform_searches", "target_recipe_key": "lootbox_tier1"},
        {"number": 100},
    ],
)
def test_a_target_that_does_not_fit_its_type_is_refused(change: dict[str, Any]):
    row = {"number": 1, "key": "a", "type": "sell_items", "description": "Do it."}
    row |= {"requirement": 1, "reward_money": 0, "reward_xp": 1}
    Quest.model_validate(row)

    with pytest.raises(ValidationError):
        Quest.model_validate(row | change)


# ---------------------------------------------------------------- weeks


@given(MOMENTS)
def test_any_week_has_three_different_quests_of_the_pool(moment: datetime):
    found = active_quests(moment)

    assert len({each.quest_id for each in found}) == len({each.quest.key for each in found}) == 3
    assert all(POOL[each.quest.number] is each.quest for each in found)


@given(MOMENTS)
def test_a_week_keeps_its_quests_from_monday_to_monday(moment: datetime):
    week = QuestWeek.at(moment)
    last = week.starts_at + timedelta(days=7) - timedelta(microseconds=1)

    assert week.starts_at <= moment <= last
    assert week.starts_at.isoweekday() == 1
    assert active_quests(week.starts_at) == active_quests(moment) == active_quests(last)
    after = active_quests(week.starts_at + timedelta(days=7))
    assert {each.quest_id for each in after}.isdisjoint(each.quest_id for each in active_quests(moment))


@pytest.mark.parametrize(
    ("week", "numbers"),
    [(QuestWeek(2026, 47), [8, 5, 6]), (QuestWeek(2026, 48), [6, 3, 5]), (QuestWeek(2026, 51), [2, 4, 8])],
)
def test_every_instance_draws_these(week: QuestWeek, numbers: list[int]):
    assert [quest.number for quest in draw_quests(POOL.values(), week)] == numbers


def test_every_quest_has_its_turn():
    weeks = [QuestWeek(2026, week) for week in range(1, 53)]

    assert {quest.number for week in weeks for quest in draw_quests(POOL.values(), week)} == set(POOL)


def test_the_draw_leaves_other_dice_alone():
    before = Random(1).random()

    draw_quests(POOL.values(), QuestWeek(2026, 1))

    assert Random(1).random() == before


def test_around_new_year_the_year_is_the_weeks():
    assert QuestWeek.at(datetime(2027, 1, 1, tzinfo=UTC)) == QuestWeek(2026, 53)
    assert QuestWeek(2026, 53).number == 202653


def test_an_id_tells_the_week_and_the_quest():
    [first, *_] = active_quests(NOON)

    assert first == ActiveQuest(QuestWeek(2026, 47), POOL[8])
    assert first.quest_id == 20264708
    assert find_active(NOON, 20264708) == find_active(NOON, "craft_lootboxes") == first


@pytest.mark.parametrize("wanted", [20264608, 20264701, 8, 0, "buy_weapons", ""])
def test_what_is_not_of_this_week_is_not_found(wanted: int | str):
    with pytest.raises(NoSuchQuest):
        find_active(NOON, wanted)


# ---------------------------------------------------------------- progress


def bought(item: str, quantity: int) -> ItemBought:
    return ItemBought(user_id=ALICE, item_name=item, quantity=quantity, cost=7, timestamp=0)


def sold(item: str, quantity: int, money: int = 7) -> ItemSold:
    return ItemSold(user_id=ALICE, item_name=item, quantity=quantity, money_gained=money, timestamp=0)


def upgraded(recipe: str, units: int) -> ItemUpgraded:
    """All of them masterworks."""
    return ItemUpgraded(
        user_id=ALICE,
        item_name="lootbox_tier2",
        quantity=2 * units,
        recipe_key=recipe,
        is_masterwork=True,
        bonus_quantity=units,
        timestamp=0,
        units=units,
    )


def disassembled(recipe: str, quantity: int) -> ItemDisassembled:
    return ItemDisassembled(
        user_id=ALICE,
        item_name=recipe,
        quantity=quantity,
        recipe_key=recipe,
        is_perfect_salvage=False,
        perfect_salvage_count=0,
        multiplier=1,
        outputs={},
        timestamp=0,
    )


def searched(luck: Luck) -> SearchPerformed:
    outcome = Outcome(luck, quantity=0, quality=Quality.COMMON, xp=1)
    return SearchPerformed(user_id=ALICE, success=False, timestamp=0, outcome=outcome)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (bought("weapon_pebble", 2), {1: 2}),
        (bought("guard_buckler", 2), {2: 2}),
        (bought("item_spade", 2), {3: 2}),
        (bought("tonic_small", 2), {}),
        (sold("item_spade", 4, 160), {4: 4, 6: 160, 7: 160}),
        (sold("weapon_pebble", 4, 160), {4: 4, 5: 4, 6: 160, 7: 160}),
        (upgraded("lootbox_tier1", 2), {8: 2}),
        (upgraded("LootBox_Tier1", 2), {8: 2}),
        (disassembled("lootbox_tier1", 3), {8: 3}),
        (upgraded("lootbox_tier0", 2), {}),
        (disassembled("lootbox_tier2", 2), {}),
        (searched(Luck.FAILURE), {9: 1}),
        (searched(Luck.CRITICAL_SUCCESS), {9: 1}),
    ],
)
def test_an_event_counts_for_these_quests(event: Event, expected: dict[int, int]):
    assert {number: added for number, quest in POOL.items() if (added := amount_for(quest, event))} == expected
    assert isinstance(event, COUNTED)  # others are not even asked about


def test_the_first_event_begins_the_quest():
    assert advanced(None, POOL[4], 3, NOON) == QuestProgress(3, NOON)


def test_reaching_the_requirement_completes_it_and_no_more_is_counted():
    completed = advanced(QuestProgress(9, NOON), POOL[4], 5, LATER)

    assert completed == QuestProgress(10, NOON, completed_at=LATER)
    assert advanced(completed, POOL[4], 5, LATER + timedelta(hours=1)) == completed


@given(st.lists(st.integers(1, 4000), max_size=10))
def test_progress_never_exceeds_the_requirement(added: list[int]):
    quest, progress = POOL[6], None
    for amount in added:
        progress = advanced(progress, quest, amount, NOON)

    assert (progress.count if progress else 0) == min(sum(added), quest.requirement)
    assert bool(progress and progress.completed_at) == (sum(added) >= quest.requirement)


# ---------------------------------------------------------------- claiming


COMPLETED = QuestProgress(10, NOON, completed_at=NOON)


def test_a_completed_quest_is_claimed_once():
    paid = claimed(COMPLETED, POOL[4], LATER)

    assert paid == replace(COMPLETED, claimed_at=LATER)
    with pytest.raises(QuestAlreadyClaimed):
        claimed(paid, POOL[4], LATER)


@pytest.mark.parametrize("progress", [None, QuestProgress(9, NOON)])
def test_what_is_not_completed_cannot_be_claimed(progress: QuestProgress | None):
    with pytest.raises(QuestNotCompleted) as refusal:
        claimed(progress, POOL[4], LATER)

    assert str(refusal.value) == f"That quest is not completed yet: {progress.count if progress else 0} of 10."


# ---------------------------------------------------------------- two players become one

QUEST_ID = ActiveQuest(QuestWeek.at(NOON), POOL[4]).quest_id


def both(one: QuestProgress, other: QuestProgress) -> QuestProgress:
    logs = QuestLog({QUEST_ID: one}), QuestLog({QUEST_ID: other})
    merges = merged(*logs), merged(*reversed(logs))
    assert merges[0] == merges[1]
    return merges[0].progress[QUEST_ID]


def test_two_who_become_one_keep_what_only_one_has_begun():
    one, other = QuestLog({1: COMPLETED}), QuestLog({2: QuestProgress(1, LATER)})

    assert merged(one, other) == QuestLog({**one.progress, **other.progress})


def test_what_neither_has_completed_adds_up():
    assert both(QuestProgress(3, LATER), QuestProgress(4, NOON)) == QuestProgress(7, NOON)


def test_what_both_reach_together_can_be_claimed_at_once():
    together = both(QuestProgress(6, NOON), QuestProgress(9, NOON))

    assert together == QuestProgress(10, NOON)
    assert is_completed(together, POOL[4])
    assert claimed(together, POOL[4], LATER) == QuestProgress(10, NOON, completed_at=LATER, claimed_at=LATER)


@given(
    st.sampled_from([None, NOON, LATER]),
    st.sampled_from([None, NOON, LATER]),
)
def test_what_either_has_claimed_is_never_paid_again(one: datetime | None, other: datetime | None):
    together = both(replace(COMPLETED, claimed_at=one), replace(COMPLETED, claimed_at=other))

    assert together.count == 10
    if one or other:
        with pytest.raises(QuestAlreadyClaimed):
            claimed(together, POOL[4], LATER)


def test_a_claimed_quest_stays_claimed_beside_a_half_done_one():
    paid = replace(COMPLETED, claimed_at=LATER)

    assert both(paid, QuestProgress(4, LATER)) == paid
