"""Looking for treasure: what a search leaves behind."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from community.catalog.content import items
from community.cooldowns.models import OnCooldown
from community.inventory.models import STACK_LIMIT, Inventory, InventoryFull, Quality, Slot
from community.players.models import PlayerRef
from community.progression.content import tree
from community.progression.models import FeatureLocked, FeatureLockedBehind
from community.search.models import Luck, Outcome
from community.search.service import search_for_treasure
from kernel.database import Connection, Tx, transaction
from tests.support.dice import Dice
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp

ALICE = PlayerRef("twitch", "1", "alice")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


FIND, CRITICAL, NEAR_MISS, FAIL, CRITICAL_FAIL = Dice(0.07), Dice(0.05), Dice(0.83), Dice(0.9), Dice(0.96)


@pytest.fixture
def tx(tx: Tx) -> Tx:
    """At noon, with everything unlocked that searching is about."""
    tx.now = NOON
    unlock(tx, "feature_search", "job_explorer")
    return tx


def search(tx: Tx, rng: Random = FIND, ref: PlayerRef = ALICE) -> Outcome:
    """After resting for as long as it takes."""
    tx.rng = rng
    outcome, _ = search_for_treasure(tx, ref)
    tx.now += HALF_AN_HOUR
    return outcome


def stats(tx: Tx, ref: PlayerRef = ALICE) -> Counter[str]:
    rows = tx.execute("SELECT event_type FROM stats_inbox WHERE user_id = %s", (stored(tx, ref).id,)).fetchall()
    return Counter(row["event_type"] for row in rows if row["event_type"].startswith("search"))


def test_a_find_its_news_and_its_experience_come_together(tx: Tx):
    unlock(tx, "item_money")
    make_player(tx, "alice", platform_id="1", money=7, items={"item_spade": 1})
    tx.rng = FIND

    outcome, text = search_for_treasure(tx, ALICE)

    assert outcome.luck is Luck.SUCCESS
    assert "1 × " in text
    assert holdings(tx, ALICE) == {"money": 7, "item_spade": 1, "lootbox_tier0": 1}
    box = items.by_name["lootbox_tier0"].item_id
    assert Slot(box, 1, Quality.UNCOMMON) in stored(tx, ALICE)[Inventory].slots
    assert xp(tx, ALICE, "explorer") == 20
    assert stats(tx) == {"search": 1}
    assert announced(tx, "search.performed") == [
        {"user_id": str(stored(tx, ALICE).id), "success": True, "timestamp": int(NOON.timestamp())}
    ]
    entries = tx.execute("SELECT metric, value FROM engagement_inbox").fetchall()
    assert entries == [{"metric": "search_performed", "value": 1}]
    assert tx.execute("SELECT sum(points) AS points FROM contribution_shards").fetchone() == {"points": 25}


@pytest.mark.parametrize(
    ("dice", "success", "counted_as"),
    [
        (FIND, True, {"search": 1}),
        (CRITICAL, True, {"search": 1, "search_critical_success": 1}),
        (NEAR_MISS, False, {"search": 1, "search_near_miss": 1}),
        (FAIL, False, {"search": 1}),
        (CRITICAL_FAIL, False, {"search": 1, "search_critical_fail": 1}),
    ],
)
def test_a_search_counts_once_however_it_ends(tx: Tx, dice: Random, success: bool, counted_as: dict[str, int]):
    """Defect 11: a failure was counted twice, which halved the searches a player has."""
    outcome = search(tx, dice)

    assert outcome.success == success
    assert stats(tx) == counted_as
    assert [event["success"] for event in announced(tx, "search.performed")] == [success]
    assert xp(tx, ALICE, "explorer") == 20
    assert holdings(tx, ALICE) == ({"lootbox_tier0": outcome.quantity} if success else {})


def test_failures_use_up_the_free_searches_one_by_one(tx: Tx):
    outcomes = [search(tx, FAIL) for _ in range(8)]

    assert [outcome.exhausted for outcome in outcomes] == [False] * 6 + [True, False]
    assert [outcome.xp for outcome in outcomes] == [20] * 6 + [2, 2]


def test_searches_are_forgotten_after_a_day(tx: Tx):
    qualities = [search(tx).quality for _ in range(6)]
    assert qualities == [Quality.UNCOMMON] + [Quality.COMMON] * 4 + [Quality.POOR]

    tx.now = NOON + timedelta(days=1, minutes=45)  # the first two are over a day old

    assert search(tx).quality is Quality.COMMON
    tx.now = NOON + timedelta(days=3)
    assert search(tx).quality is Quality.UNCOMMON


def test_the_fifth_day_of_a_streak_finds_finer_things_once(tx: Tx):
    for _ in range(4):
        assert search(tx).streak_days == 0
        tx.now += timedelta(hours=25) - HALF_AN_HOUR

    outcome = search(tx)

    assert (outcome.streak_days, outcome.quality) == (5, Quality.RARE)
    assert search(tx).streak_days == 0


def test_whoever_has_searched_must_rest(tx: Tx):
    search(tx)
    tx.now -= timedelta(seconds=61)

    with pytest.raises(OnCooldown) as refusal:
        search_for_treasure(tx, ALICE)

    assert "on cooldown: 1m 1s remaining" in str(refusal.value)
    assert stats(tx) == {"search": 1}
    tx.now += timedelta(seconds=61)
    search(tx)


def test_a_stranger_becomes_a_player_by_searching(tx: Tx):
    search(tx, FIND, PlayerRef("discord", "new", "newcomer"))

    assert stored(tx, PlayerRef("discord", "new")).username == "newcomer"


def test_nobody_searches_before_it_is_unlocked(conn: Connection):
    with pytest.raises(FeatureLocked) as refusal, transaction(conn) as tx:
        search_for_treasure(tx, ALICE)

    assert str(refusal.value) == "The community has not unlocked Search yet."
    with transaction(conn) as tx:
        assert tx.execute("SELECT FROM users").fetchone() is None


def test_a_locked_search_names_what_must_be_unlocked_before(tx: Tx):
    from community.voting import controls

    for node_key in ("feature_search", "item_lootbox0"):
        controls.relock_node(tx, node_key, 0)

    with pytest.raises(FeatureLockedBehind) as refusal:
        search_for_treasure(tx, ALICE)

    assert str(refusal.value) == f"LOCKED_NODES: {tree.nodes['item_lootbox0'].name}"


def test_the_gate_comes_before_the_cooldown(tx: Tx):
    from community.voting import controls

    search_for_treasure(tx, ALICE)
    controls.relock_node(tx, "feature_search", 0)

    with pytest.raises(FeatureLocked):
        search_for_treasure(tx, ALICE)


def test_a_find_that_does_not_fit_costs_no_rest(conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "feature_search")
        ref = make_player(tx, items={"lootbox_tier0": STACK_LIMIT}, quality=Quality.UNCOMMON)

    with pytest.raises(InventoryFull), transaction(conn, rng=FIND) as tx:
        search_for_treasure(tx, ref)

    with transaction(conn, rng=FAIL) as tx:
        search_for_treasure(tx, ref)
        assert stats(tx, ref) == {"search": 1}


def test_a_locked_job_learns_nothing_and_hinders_nobody(conn: Connection):
    with transaction(conn, rng=FIND) as tx:
        unlock(tx, "feature_search")
        search_for_treasure(tx, ALICE)

    with transaction(conn) as tx:
        assert xp(tx, ALICE, "explorer") == 0
        assert holdings(tx, ALICE) == {"lootbox_tier0": 1}
