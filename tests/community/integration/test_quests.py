"""Weekly quests, as they come with what players do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from community.crafting.service import disassemble_item
from community.economy.service import buy_item, sell_item
from community.inventory.models import STACK_LIMIT
from community.linking.service import claim_link, confirm_link, start_link
from community.players.models import PlayerRef
from community.progression.models import FeatureLocked, FeatureLockedBehind
from community.quests import service as quests
from community.quests.clock import DUE, reset_due
from community.quests.content import Quest
from community.quests.models import NoSuchQuest, QuestAlreadyClaimed, QuestLog, QuestNotCompleted, QuestProgress
from community.quests.queries import upsert_progress
from community.quests.rules import active_quests
from community.search.service import search_for_treasure
from kernel.database import Connection, Tx, connect, reading, transaction
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp
from tests.support.round_trips import counted

WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)  # 5: sell 5 weapons; 6: earn 5000 by selling; 8: craft 3 lootboxes
SELL_WEAPONS, EARN, CRAFT = 20264705, 20264706, 20264708
BOB = PlayerRef("discord", "b1", "bob")


def play_in(tx: Tx, moment: datetime = WEDNESDAY) -> None:
    tx.now = moment
    unlock(tx, "feature_economy", "feature_weekly_quests")


def week_with(quest_type: Callable[[Quest], bool]) -> datetime:
    """A Monday of a week that has such a quest."""
    weeks = (WEDNESDAY + timedelta(weeks=number) for number in range(100))
    return next(week for week in weeks if any(quest_type(each.quest) for each in active_quests(week)))


def progress_of(tx: Tx, ref: PlayerRef) -> dict[int, int]:
    return {quest_id: each.count for quest_id, each in stored(tx, ref)[QuestLog].progress.items()}


def have_done(tx: Tx, ref: PlayerRef, quest_id: int, count: int, *, completed: bool = False) -> None:
    progress = QuestProgress(count, tx.now, completed_at=tx.now if completed else None)
    upsert_progress(tx, stored(tx, ref).id, {quest_id: progress})


def test_a_sale_advances_every_quest_it_counts_for(tx: Tx):
    play_in(tx)
    alice = make_player(tx, items={"weapon_pebble": 5})

    sale = sell_item(tx, alice, "pebble", 3)

    assert progress_of(tx, alice) == {SELL_WEAPONS: 3, EARN: sale.total}
    user_id = str(stored(tx, alice).id)
    assert announced(tx, "quest.progress_updated") == [
        {"user_id": user_id, "quest_id": SELL_WEAPONS, "quest_key": "sell_weapons", "progress": 3},
        {"user_id": user_id, "quest_id": EARN, "quest_key": "earn_5000", "progress": sale.total},
    ]
    assert announced(tx, "quest.completed") == []


def test_the_last_one_completes_it_by_itself(tx: Tx):
    play_in(tx)
    alice = make_player(tx, items={"weapon_pebble": 20})

    sell_item(tx, alice, "pebble", 3)
    sell_item(tx, alice, "pebble", 17)
    assert stored(tx, alice)[QuestLog].progress[SELL_WEAPONS] == QuestProgress(5, WEDNESDAY, completed_at=WEDNESDAY)

    user_id = str(stored(tx, alice).id)
    assert announced(tx, "quest.completed") == [
        {"user_id": user_id, "quest_id": SELL_WEAPONS, "quest_key": "sell_weapons"}
    ]
    assert [event["progress"] for event in announced(tx, "quest.progress_updated")][::2] == [3, 5]


def test_a_disassembly_advances_the_quest_for_its_recipe(tx: Tx):
    play_in(tx)
    unlock(tx, "feature_disassemble")
    alice = make_player(tx, items={"lootbox_tier1": 2})

    disassemble_item(tx, alice, "lootbox", 2)

    assert progress_of(tx, alice) == {CRAFT: 2}


def test_purchases_and_searches_advance_theirs(tx: Tx):
    play_in(tx, week_with(lambda quest: quest.type == "buy_items" and quest.target_category == "utility"))
    unlock(tx, "item_spade", "feature_search")
    alice = make_player(tx, money=10_000)
    [buying] = [each for each in active_quests(tx.now) if each.quest.target_category == "utility"]

    buy_item(tx, alice, "spade", 2)
    assert progress_of(tx, alice) == {buying.quest_id: 2}

    tx.now = week_with(lambda quest: quest.type == "perform_searches")
    [searching] = [each for each in active_quests(tx.now) if each.quest.type == "perform_searches"]
    search_for_treasure(tx, alice)
    assert progress_of(tx, alice)[searching.quest_id] == 1


def test_nothing_counts_while_the_community_has_no_quests(tx: Tx):
    tx.now = WEDNESDAY
    unlock(tx, "feature_economy")
    alice = make_player(tx, items={"weapon_pebble": 5})

    sell_item(tx, alice, "pebble", 5)

    assert progress_of(tx, alice) == {}
    assert announced(tx, "quest.progress_updated") == []
    for use_case in (quests.list_active, lambda tx: quests.standings_of(tx, alice)):
        with pytest.raises((FeatureLocked, FeatureLockedBehind)):
            use_case(tx)
    with pytest.raises((FeatureLocked, FeatureLockedBehind)):
        quests.claim_reward(tx, alice, SELL_WEAPONS)


# ---------------------------------------------------------------- claiming


@pytest.mark.parametrize("wanted", [SELL_WEAPONS, "sell_weapons"])
def test_a_claim_pays_money_and_experience(tx: Tx, wanted: int | str):
    play_in(tx)
    unlock(tx, "job_merchant")
    alice = make_player(tx, money=5)
    have_done(tx, alice, SELL_WEAPONS, 5, completed=True)

    quests.claim_reward(tx, alice, wanted)

    assert holdings(tx, alice) == {"money": 5 + 1250}
    assert xp(tx, alice, "merchant") >= 250
    row = tx.execute("SELECT job_key, source FROM job_xp_events").fetchone()
    assert row == {"job_key": "merchant", "source": "quest_reward"}
    assert announced(tx, "quest.claimed") == [
        {
            "user_id": str(stored(tx, alice).id),
            "quest_id": SELL_WEAPONS,
            "quest_key": "sell_weapons",
            "reward_money": 1250,
            "reward_xp": 250,
        }
    ]
    with pytest.raises(QuestAlreadyClaimed):
        quests.claim_reward(tx, alice, wanted)
    assert holdings(tx, alice) == {"money": 5 + 1250}


def test_a_job_that_is_locked_takes_nothing_from_the_reward(tx: Tx):
    play_in(tx)
    alice = make_player(tx)
    have_done(tx, alice, SELL_WEAPONS, 5, completed=True)

    quests.claim_reward(tx, alice, SELL_WEAPONS)

    assert holdings(tx, alice) == {"money": 1250}
    assert xp(tx, alice, "merchant") == 0


def test_money_that_does_not_fit_waits_for_room(tx: Tx):
    play_in(tx)
    alice = make_player(tx, money=STACK_LIMIT)
    have_done(tx, alice, SELL_WEAPONS, 5, completed=True)

    quests.claim_reward(tx, alice, SELL_WEAPONS)

    assert holdings(tx, alice) == {"money": STACK_LIMIT}
    row = tx.execute("SELECT source FROM deliveries").fetchone()
    assert row == {"source": "quest_reward"}


def test_what_is_not_completed_or_not_of_this_week_pays_nothing(tx: Tx):
    play_in(tx)
    alice = make_player(tx)
    have_done(tx, alice, SELL_WEAPONS, 4)
    last_week = 20264609
    have_done(tx, alice, last_week, 10, completed=True)

    for wanted, refusal in [
        (SELL_WEAPONS, QuestNotCompleted),
        (CRAFT, QuestNotCompleted),
        (last_week, NoSuchQuest),
        ("search_often", NoSuchQuest),
    ]:
        with pytest.raises(refusal):
            quests.claim_reward(tx, alice, wanted)

    assert holdings(tx, alice) == {}


def test_eight_claims_at_once_pay_once(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "feature_weekly_quests")
        alice = make_player(tx)
        active = active_quests(tx.now)[0]
        have_done(tx, alice, active.quest_id, active.quest.requirement, completed=True)

    def claim(_: int) -> bool:
        with closing(connect(database_url)) as own:
            try:
                with transaction(own) as tx:
                    quests.claim_reward(tx, alice, active.quest_id)
            except QuestAlreadyClaimed:
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        paid = list(pool.map(claim, range(8)))

    with transaction(conn) as tx:
        assert sum(paid) == len(announced(tx, "quest.claimed")) == 1
        assert holdings(tx, alice) == {"money": active.quest.reward_money}


# ---------------------------------------------------------------- two players become one


def merge(tx: Tx, alice: PlayerRef, bob: PlayerRef) -> None:
    claim_link(tx, start_link(tx, alice).token, bob)
    confirm_link(tx, alice)


@pytest.mark.parametrize("first", ["alice", "bob"])
def test_who_has_claimed_is_not_paid_again_after_a_merge(tx: Tx, first: str):
    play_in(tx)
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob", platform="discord", platform_id="b1")
    for ref in (alice, bob):
        have_done(tx, ref, SELL_WEAPONS, 5, completed=True)
    quests.claim_reward(tx, alice if first == "alice" else bob, SELL_WEAPONS)

    merge(tx, alice, bob)

    for ref in (alice, bob):
        with pytest.raises(QuestAlreadyClaimed):
            quests.claim_reward(tx, ref, SELL_WEAPONS)
    assert holdings(tx, alice) == {"money": 1250}


def test_what_two_have_reached_together_pays_once(tx: Tx):
    play_in(tx)
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob", platform="discord", platform_id="b1")
    have_done(tx, alice, SELL_WEAPONS, 3)
    have_done(tx, bob, SELL_WEAPONS, 4)

    merge(tx, alice, bob)
    assert progress_of(tx, alice) == {SELL_WEAPONS: 5}
    quests.claim_reward(tx, bob, SELL_WEAPONS)

    assert holdings(tx, alice) == {"money": 1250}
    assert len(announced(tx, "quest.completed")) == 1
    with pytest.raises(QuestAlreadyClaimed):
        quests.claim_reward(tx, alice, SELL_WEAPONS)


# ---------------------------------------------------------------- a new week


def is_due(tx: Tx) -> bool:
    row = tx.execute("SELECT " + DUE + " AS due", (tx.now,)).fetchone()
    assert row is not None
    return row["due"]


def begin_in(tx: Tx, week: int) -> None:
    tx.execute("UPDATE quest_reset SET week = %s", (week,))


def test_a_week_is_announced_once(tx: Tx):
    begin_in(tx, 202647)
    tx.now = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert not is_due(tx)
    assert reset_due(tx) == 0

    tx.now = datetime(2026, 11, 23, tzinfo=UTC)
    assert is_due(tx)
    assert [reset_due(tx), reset_due(tx)] == [1, 0]

    assert not is_due(tx)
    assert announced(tx, "quest.weekly_reset") == [
        {
            "reset_time": "2026-11-23T00:00:00Z",
            "week_number": 48,
            "year": 2026,
            "quests_generated": 3,
            "progress_reset": 0,
        }
    ]


def test_the_week_in_which_quests_were_installed_is_not_announced(tx: Tx):
    assert not is_due(tx)


def test_a_new_week_starts_from_nothing_whether_the_clock_has_run_or_not(tx: Tx):
    play_in(tx)
    begin_in(tx, 202647)
    alice = make_player(tx, items={"weapon_pebble": 100})
    sell_item(tx, alice, "pebble", 5)
    tx.now = datetime(2026, 11, 23, tzinfo=UTC)

    _, standings = quests.standings_of(tx, alice)
    assert [each.progress for each in standings] == [None, None, None]
    with pytest.raises(QuestNotCompleted):
        quests.claim_reward(tx, alice, "sell_weapons")  # it is drawn again, with another id
    sell_item(tx, alice, "pebble", 1)
    assert progress_of(tx, alice)[20264805] == 1

    reset_due(tx)

    assert [event["progress_reset"] for event in announced(tx, "quest.weekly_reset")] == [2]
    assert progress_of(tx, alice) == {20264805: 1, 20264806: 40}


# ---------------------------------------------------------------- costs


def costs_of(database_url: str, action: Callable[[Tx], object], prepare: Callable[[Tx], object]) -> int:
    """Round trips, once its statements are prepared."""
    costs: list[int] = []
    with counted(database_url) as (conn, wire):
        for _ in range(5):
            with transaction(conn) as tx:
                prepare(tx)
            before = wire.round_trips()
            with transaction(conn) as tx:
                action(tx)
            costs.append(wire.round_trips() - before)
    return costs[-1]


@pytest.fixture
def alice(conn: Connection) -> PlayerRef:
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "feature_weekly_quests", "job_merchant")
        return make_player(tx, items={"weapon_pebble": 500}, money=100)


def test_a_claim_costs_two_round_trips(database_url: str, alice: PlayerRef):
    def complete(tx: Tx) -> None:
        active = active_quests(tx.now)[0]
        have_done(tx, alice, active.quest_id, active.quest.requirement, completed=True)

    claim = lambda tx: quests.claim_reward(tx, alice, active_quests(tx.now)[0].quest_id)  # noqa: E731

    assert costs_of(database_url, claim, complete) == 2


def test_progress_costs_no_round_trip(database_url: str, alice: PlayerRef):
    def begin_again(tx: Tx) -> None:
        tx.execute("DELETE FROM quest_progress")

    assert costs_of(database_url, lambda tx: sell_item(tx, alice, "pebble", 5), begin_again) == 2


@pytest.mark.parametrize("question", ["active", "progress"])
def test_a_look_costs_one_round_trip(database_url: str, alice: PlayerRef, question: str):
    costs: list[int] = []
    with counted(database_url) as (conn, wire):
        for _ in range(5):
            before = wire.round_trips()
            with reading(conn) as tx:
                _ = quests.list_active(tx) if question == "active" else quests.standings_of(tx, alice)
            costs.append(wire.round_trips() - before)

    assert costs[-1] == 1
