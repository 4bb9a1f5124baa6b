"""What takes its time: due, late, called off, and without room."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace

from community.catalog.content import items
from community.crafting.learning import teach
from community.crafting.models import CraftingJob, NoCraftingJobs, NoSuchJob, WorkshopFull
from community.crafting.service import upgrade_item
from community.crafting.timed_crafting import MAX_BATCHES, cancel, jobs_of
from community.deliveries.clock import DUE, deliver_due
from community.engagement import reactions as engagement
from community.engagement.settings import settings
from community.inventory.models import STACK_LIMIT, Inventory, InventoryFull, Quality, Slot
from community.inventory.service import add_item, remove_item
from community.linking.service import claim_link, confirm_link, start_link
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef, UnknownPlayer
from kernel.database import Tx
from tests.support.dice import Dice
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIREPOT_TIME = timedelta(seconds=20)
FIREPOT = items.by_name["item_firepot"].item_id
STICK = items.by_name["item_stick"].item_id
STRANGER = PlayerRef("twitch", "nobody", "nobody")


LUCKY, PLAIN = Dice(0.0999), Dice(0.1)


@pytest.fixture
def tx(tx: Tx) -> Tx:
    """At noon, in a community that makes things."""
    tx.now = NOON
    tx.rng = PLAIN
    unlock(tx, "feature_upgrade", "job_blacksmith")
    return tx


def cook(tx: Tx, ref: PlayerRef, wanted: int = 2) -> CraftingJob:
    """Firepots: 3 sticks and 150 money each, 20 seconds."""
    job = upgrade_item(tx, ref, "firepot", wanted).job
    assert job is not None
    return job


def chef(tx: Tx, name: str = "alice", platform: str = "twitch") -> PlayerRef:
    return make_player(tx, name, platform=platform, money=600, items={"item_stick": 12})


def due(tx: Tx) -> bool:
    row = tx.execute("SELECT " + DUE + " AS due", (tx.now,)).fetchone()
    assert row is not None
    return row["due"]


def stats(tx: Tx, ref: PlayerRef) -> Counter[str]:
    rows = tx.execute("SELECT event_type FROM stats_inbox WHERE user_id = %s", (stored(tx, ref).id,)).fetchall()
    return Counter(row["event_type"] for row in rows if "craft" in row["event_type"])


def test_at_the_start_the_ingredients_are_gone_and_nothing_is_earned(tx: Tx):
    alice = chef(tx)
    tx.rng = LUCKY

    job = cook(tx, alice)

    assert job == CraftingJob(job.job_id, "item_firepot", items.by_name["item_firepot"], 2, NOON, NOON + FIREPOT_TIME)
    assert holdings(tx, alice) == {"money": 300, "item_stick": 6}
    assert announced(tx, "crafting.started") == [
        {
            "user_id": str(stored(tx, alice).id),
            "job_id": str(job.job_id),
            "recipe_key": "item_firepot",
            "item_name": "item_firepot",
            "quantity": 2,
            "due_at": int((NOON + FIREPOT_TIME).timestamp()),
            "timestamp": int(NOON.timestamp()),
        }
    ]
    assert announced(tx, "item.upgraded") == []
    assert xp(tx, alice, "blacksmith") == 0
    assert stats(tx, alice) == {}
    assert tx.execute("SELECT FROM engagement_inbox").fetchall() == []


def test_a_workshop_has_so_many_places(tx: Tx):
    alice = make_player(tx, money=150 * 30, items={"item_stick": 90})
    for _ in range(MAX_BATCHES):
        cook(tx, alice, 1)

    with pytest.raises(WorkshopFull):
        cook(tx, alice, 1)
    assert holdings(tx, alice) == {"money": 1500, "item_stick": 30}

    tx.now += FIREPOT_TIME
    cook(tx, alice, 1)


def test_when_it_arrives_it_counts_as_made(tx: Tx):
    alice = chef(tx)
    tx.rng = LUCKY
    job = cook(tx, alice)
    tx.rng = PLAIN

    tx.now += FIREPOT_TIME
    add_item(tx, alice, "spade", 1)

    assert holdings(tx, alice) == {"money": 300, "item_stick": 6, "item_firepot": 4, "item_spade": 1}
    assert announced(tx, "item.upgraded") == [
        {
            "user_id": str(stored(tx, alice).id),
            "item_name": "item_firepot",
            "quantity": 4,
            "recipe_key": "item_firepot",
            "is_masterwork": True,
            "bonus_quantity": 2,
            "timestamp": int(tx.now.timestamp()),
            "job_id": str(job.job_id),
        }
    ]
    assert xp(tx, alice, "blacksmith") == 20
    assert stats(tx, alice) == {"item_crafted": 1, "crafting_critical_success": 1}
    assert tx.execute("SELECT metric, value FROM engagement_inbox").fetchall() == [
        {"metric": "item_crafted", "value": 4}
    ]


def test_a_moment_before_its_time_it_is_still_in_the_works(tx: Tx):
    alice = chef(tx)
    cook(tx, alice)
    tx.now += FIREPOT_TIME - timedelta(microseconds=1)

    add_item(tx, alice, "spade", 1)

    assert not due(tx)
    assert deliver_due(tx) == 0
    assert "item_firepot" not in holdings(tx, alice)
    assert len(jobs_of(tx, alice)) == 1


def test_the_clock_delivers_to_those_who_do_nothing(tx: Tx):
    cooks = [chef(tx, f"cook{number}") for number in range(5)]
    for ref in cooks:
        cook(tx, ref)
        cook(tx, ref, 1)
    tx.now += timedelta(days=3)
    assert due(tx)

    assert [deliver_due(tx, limit=2) for _ in range(4)] == [2, 2, 1, 0]

    assert not due(tx)
    assert [holdings(tx, ref)["item_firepot"] for ref in cooks] == [3] * 5
    assert [xp(tx, ref, "blacksmith") for ref in cooks] == [30] * 5
    assert len(announced(tx, "item.upgraded")) == 10
    assert tx.execute("SELECT FROM deliveries").fetchall() == []


def test_what_arrives_by_itself_is_no_command(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engagement, "settings", replace(settings, commands_engage=True))
    alice = chef(tx)
    add_item(tx, alice, "lootbox", 1)
    add_item(tx, alice, "crate", 5)

    cook(tx, alice, 1)
    assert commands(tx) == 1
    tx.now += FIREPOT_TIME
    deliver_due(tx)
    assert commands(tx) == 1
    upgrade_item(tx, alice, "lootbox", 1)
    assert commands(tx) == 2
    cook(tx, alice, 1)
    cancel(tx, alice)
    assert commands(tx) == 4


def commands(tx: Tx) -> int:
    return len(tx.execute("SELECT FROM engagement_inbox WHERE metric = 'command'").fetchall())


def test_it_teaches_what_the_recipe_says(tx: Tx):
    alice = make_player(tx, money=10_000, items={"weapon_dart": 20})
    teach(tx, alice, "weapon_cannon")
    upgrade_item(tx, alice, "cannon", 2)

    tx.now += timedelta(minutes=15)
    deliver_due(tx)

    assert holdings(tx, alice) == {"weapon_cannon": 2}
    assert xp(tx, alice, "blacksmith") == 120


def test_calling_it_off_gives_everything_back_as_it_was(tx: Tx):
    alice = make_player(tx, money=300, items={"item_stick": 2}, quality=Quality.CURSED)
    player = players.load(tx, alice)
    players.save(tx, player.having(player[Inventory].give(STICK, 5, Quality.EPIC)))
    before = sorted(stored(tx, alice)[Inventory].slots)
    job = cook(tx, alice)
    tx.now += FIREPOT_TIME - timedelta(seconds=1)

    called_off, refunded = cancel(tx, alice, job.job_id)

    assert called_off.job_id == job.job_id
    assert refunded == {"item_stick": 6, "money": 300}
    assert sorted(stored(tx, alice)[Inventory].slots) == before
    assert jobs_of(tx, alice) == []
    assert announced(tx, "crafting.cancelled") == [
        {
            "user_id": str(stored(tx, alice).id),
            "job_id": str(job.job_id),
            "recipe_key": "item_firepot",
            "item_name": "item_firepot",
            "refunded": {"item_stick": 6, "money": 300},
            "timestamp": int(tx.now.timestamp()),
        }
    ]
    tx.now += timedelta(days=1)
    assert deliver_due(tx) == 0
    assert xp(tx, alice, "blacksmith") == 0
    assert announced(tx, "item.upgraded") == []


def test_without_a_job_id_the_last_one_is_called_off(tx: Tx):
    alice = chef(tx)
    first = cook(tx, alice, 1)
    tx.now += timedelta(seconds=1)
    last = cook(tx, alice, 1)
    tx.now += timedelta(seconds=1)

    assert cancel(tx, alice)[0].job_id == last.job_id
    assert cancel(tx, alice)[0].job_id == first.job_id
    with pytest.raises(NoCraftingJobs):
        cancel(tx, alice)
    assert holdings(tx, alice) == {"money": 600, "item_stick": 12}


def test_what_is_done_is_not_called_off(tx: Tx):
    alice = chef(tx)
    job = cook(tx, alice)
    tx.now += FIREPOT_TIME

    with pytest.raises(NoSuchJob):
        cancel(tx, alice, job.job_id)
    with pytest.raises(NoCraftingJobs):
        cancel(tx, alice)
    add_item(tx, alice, "spade", 1)

    assert holdings(tx, alice) == {"money": 300, "item_stick": 6, "item_firepot": 2, "item_spade": 1}
    with pytest.raises(NoSuchJob):
        cancel(tx, alice, job.job_id)


def test_nobody_calls_off_what_is_not_theirs(tx: Tx):
    alice, bob = chef(tx), chef(tx, "bob")
    job = cook(tx, alice)

    with pytest.raises(NoSuchJob):
        cancel(tx, bob, job.job_id)
    with pytest.raises(NoSuchJob):
        cancel(tx, alice, uuid4())
    with pytest.raises(UnknownPlayer):
        cancel(tx, STRANGER)
    assert [each.job_id for each in jobs_of(tx, alice)] == [job.job_id]


def test_without_room_for_the_refund_the_work_goes_on(tx: Tx):
    alice = chef(tx)
    job = cook(tx, alice)
    add_item(tx, alice, "stick", STACK_LIMIT - 8)

    with pytest.raises(InventoryFull):
        cancel(tx, alice, job.job_id)

    assert [each.job_id for each in jobs_of(tx, alice)] == [job.job_id]
    assert holdings(tx, alice) == {"money": 300, "item_stick": STACK_LIMIT - 2}
    remove_item(tx, alice, "stick", 4)
    cancel(tx, alice, job.job_id)
    assert holdings(tx, alice) == {"money": 600, "item_stick": STACK_LIMIT}


def test_what_does_not_fit_waits_and_counts_once(tx: Tx):
    alice = chef(tx)
    add_item(tx, alice, "firepot", STACK_LIMIT - 1)
    job = cook(tx, alice, 3)
    tx.now += FIREPOT_TIME
    waiting = CraftingJob(job.job_id, job.recipe_key, job.item, 2, job.started_at, job.due_at, waiting_for_room=True)

    assert jobs_of(tx, alice) == [waiting]  # before anybody has delivered anything
    assert deliver_due(tx) == 1
    assert jobs_of(tx, alice) == [waiting]
    assert holdings(tx, alice)["item_firepot"] == STACK_LIMIT
    assert (deliver_due(tx), due(tx)) == (0, False)  # the clock does not try again
    with pytest.raises(NoCraftingJobs):
        cancel(tx, alice)
    assert (xp(tx, alice, "blacksmith"), len(announced(tx, "item.upgraded"))) == (30, 1)

    remove_item(tx, alice, "firepot", 500)
    assert jobs_of(tx, alice) == []  # it fits now, and is among their things for whoever looks
    add_item(tx, alice, "spade", 1)

    assert holdings(tx, alice)["item_firepot"] == STACK_LIMIT - 498
    assert tx.execute("SELECT FROM deliveries").fetchall() == []
    assert (xp(tx, alice, "blacksmith"), len(announced(tx, "item.upgraded"))) == (30, 1)


def test_the_jobs_of_a_player_are_theirs_in_the_order_they_are_done(tx: Tx):
    alice = make_player(tx, money=20_000, items={"item_stick": 12, "weapon_dart": 10})
    teach(tx, alice, "weapon_cannon")
    upgrade_item(tx, alice, "cannon", 1)
    tx.now += timedelta(seconds=1)
    cook(tx, alice, 3)
    cook(tx, chef(tx, "bob"))

    jobs = jobs_of(tx, PlayerRef("twitch", username="alice"))

    assert [(job.recipe_key, job.quantity, job.due_at - NOON) for job in jobs] == [
        ("item_firepot", 3, timedelta(seconds=21)),
        ("weapon_cannon", 1, timedelta(minutes=15)),
    ]
    with pytest.raises(NoSuchPlayer):
        jobs_of(tx, STRANGER)


def test_two_who_become_one_have_the_work_of_both(tx: Tx):
    alice, bob = chef(tx), chef(tx, "bob", "discord")
    cook(tx, alice, 1)
    cook(tx, bob, 2)
    tx.now += timedelta(seconds=10)
    late = cook(tx, bob, 1)
    tx.now += timedelta(seconds=10)

    claim_link(tx, start_link(tx, alice).token, bob)
    confirm_link(tx, alice)

    assert holdings(tx, alice) == {"money": 600, "item_stick": 12, "item_firepot": 3}
    assert xp(tx, alice, "blacksmith") == 30
    assert [job.job_id for job in jobs_of(tx, bob)] == [late.job_id]
    assert cancel(tx, bob)[1] == {"item_stick": 3, "money": 150}
    assert holdings(tx, alice) == {"money": 750, "item_stick": 15, "item_firepot": 3}
    assert len(announced(tx, "item.upgraded")) == 2


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    slots=st.dictionaries(st.sampled_from(list(Quality)), st.integers(1, 9), min_size=1, max_size=4),
    wanted=st.integers(1, 6),
    seed=st.integers(0, 2**32),
    finish=st.booleans(),
)
def test_it_is_delivered_or_refunded(tx: Tx, slots: dict[Quality, int], wanted: int, seed: int, finish: bool):
    tx.now = NOON
    tx.rng = Random(seed)
    ref = make_player(tx, "quinn", money=900, items={"item_stick": 3})
    player = players.load(tx, ref)
    for quality, quantity in slots.items():
        player = player.having(player[Inventory].give(STICK, quantity, quality))
    players.save(tx, player)
    before = stored(tx, ref)[Inventory]
    units = cook(tx, ref, wanted).quantity

    if finish:
        tx.now += FIREPOT_TIME
        deliver_due(tx)
        held = stored(tx, ref)[Inventory]
        assert held.count(STICK) == before.count(STICK) - 3 * units
        assert units <= held.count(FIREPOT) <= 2 * units
    else:
        cancel(tx, ref)
        assert sorted(stored(tx, ref)[Inventory].slots) == sorted(before.slots)
    assert jobs_of(tx, ref) == []


def test_it_arrives_in_the_quality_of_its_ingredients(tx: Tx):
    alice = make_player(tx, money=300, items={"item_stick": 6}, quality=Quality.EPIC)
    cook(tx, alice)
    tx.now += FIREPOT_TIME
    deliver_due(tx)

    assert stored(tx, alice)[Inventory].slots == (Slot(FIREPOT, 2, Quality.EPIC),)
