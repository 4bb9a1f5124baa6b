"""Opening boxes: what it takes and what it leaves behind."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from community.catalog.content import items
from community.inventory.models import STACK_LIMIT, Inventory, InventoryFull, NotEnoughItems, Quality, Slot
from community.items.models import UseResult
from community.items.service import use_item
from community.lootboxes.rules import open_boxes
from community.players.models import PlayerRef
from community.progression.models import ItemLocked
from kernel.database import Connection, Tx, transaction
from tests.support.dice import Dice
from tests.support.factories import announced, holdings, make_player, make_stacks, stacks_of, stored, unlock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)  # no theme is on
BOXES = ("item_lootbox0", "item_lootbox1", "item_lootbox2", "item_lootbox3")


@pytest.fixture
def tx(tx: Tx) -> Tx:
    tx.now = NOON
    unlock(tx, *BOXES)
    return tx


def opened(tx: Tx, ref: PlayerRef, box: str, quantity: int, rng: Random) -> UseResult:
    tx.rng = rng
    return use_item(tx, ref, box, quantity)


def stats(tx: Tx, ref: PlayerRef) -> dict[str, dict[str, Any]]:
    """{type: what is known about it}, of those that are about luck."""
    rows = tx.execute(
        "SELECT event_type, event_data FROM stats_inbox WHERE user_id = %s", (stored(tx, ref).id,)
    ).fetchall()
    return {row["event_type"]: row["event_data"] for row in rows if row["event_type"].startswith("lootbox")}


def test_boxes_are_used_up_and_what_was_in_them_is_there(tx: Tx):
    alice = make_player(tx, items={"lootbox_tier0": 5})

    used = opened(tx, alice, "crate", 3, Dice(0.5))

    held = holdings(tx, alice)
    assert held.keys() == {"lootbox_tier0", "money"}
    assert held["lootbox_tier0"] == 2
    assert 3 <= held["money"] <= 30
    assert used.message.startswith(f"You opened 3 × crates: {held['money']} × ")
    (event,) = announced(tx, "item.used")
    assert (event["item_name"], event["quantity"]) == ("lootbox_tier0", 3)
    (opening,) = announced(tx, "lootbox.opened")
    assert opening["drops"] == [{"item_name": "money", "quantity": held["money"], "quality_level": "COMMON"}]
    assert (opening["item_name"], opening["quantity"], opening["value"]) == ("lootbox_tier0", 3, held["money"])


def test_every_drop_keeps_the_quality_it_was_rolled(tx: Tx):
    """As the rules draw it with the same dice, from boxes of the slot's quality."""
    boxes = items.by_name["lootbox_tier3"]
    alice = make_player(tx, items={"lootbox_tier3": 200}, quality=Quality.LEGENDARY)
    state = stored(tx, alice).state
    drops = open_boxes(boxes, 200, Quality.LEGENDARY, state, Random(1))

    opened(tx, alice, "vaultbox", 200, Random(1))

    assert len({drop.quality for drop in drops}) > 1
    jackpot = [Slot(items.by_name["item_lens"].item_id, 1)]  # an achievement
    assert Counter(stored(tx, alice)[Inventory].slots) == Counter(
        [Slot(drop.item.item_id, drop.quantity, drop.quality) for drop in drops] + jackpot
    )


def test_boxes_of_several_qualities_are_opened_each_by_its_own(tx: Tx):
    boxes = items.by_name["lootbox_tier3"]
    alice = make_stacks(tx, "lootbox_tier3", {Quality.LEGENDARY: 50, Quality.CURSED: 60})
    state, rng = stored(tx, alice).state, Random(21)
    drops = (
        *open_boxes(boxes, 60, Quality.CURSED, state, rng),
        *open_boxes(boxes, 40, Quality.LEGENDARY, state, rng),
    )

    used = opened(tx, alice, "vaultbox", 100, Random(21))

    expected: Counter[tuple[int, Quality]] = Counter()
    for drop in drops:
        expected[drop.item.item_id, drop.quality] += drop.quantity
    held = stored(tx, alice)[Inventory]
    del expected[items.by_name["item_lens"].item_id, Quality.COMMON]  # an achievement adds one
    assert {key: held.count(*key) for key in expected} == expected
    assert stacks_of(tx, alice, "lootbox_tier3") == {Quality.LEGENDARY: 10}
    (opening,) = announced(tx, "lootbox.opened")
    assert opening["value"] == sum(drop.value for drop in drops)
    assert len(opening["drops"]) == len({(each["item_name"], each["quality_level"]) for each in opening["drops"]})
    assert used.message.count(" × ") == 1 + len(opening["drops"])


def test_boxes_found_in_boxes_join_their_stack(tx: Tx):
    alice = make_player(tx, items={"lootbox_tier1": 100, "lootbox_tier0": 7})

    opened(tx, alice, "lootbox", 100, Dice(0.5))

    crate = items.by_name["lootbox_tier0"].item_id
    assert stored(tx, alice)[Inventory].count(crate, Quality.COMMON) > 7


@pytest.mark.parametrize(
    ("roll", "stat", "remark"),
    [(0.0, "lootbox_jackpot", "Jackpot!"), (0.02, "lootbox_big_win", "A big win!"), (0.1, None, "A good haul!")],
)
def test_luck_is_counted_once_for_all_boxes(tx: Tx, roll: float, stat: str | None, remark: str):
    """Every roll is lucky: all boxes hold everything they can, in the same quality. A jackpot is no big win as well."""
    alice = make_player(tx, items={"lootbox_tier3": 5})

    used = opened(tx, alice, "vaultbox", 5, Dice(roll))

    found = stats(tx, alice)
    assert found.keys() == ({stat} if stat else set())
    if stat:
        assert {"item_name": "lootbox_tier3", "quantity": 5}.items() <= found[stat].items()
    assert used.message.endswith(remark)


def test_fine_money_is_no_jackpot(tx: Tx):
    alice = make_player(tx, items={"lootbox_tier0": 1})

    used = opened(tx, alice, "crate", 1, Dice(0.0))

    assert stats(tx, alice) == {}
    assert "!" not in used.message


def test_opening_counts_as_using_so_many(tx: Tx):
    alice = make_player(tx, items={"lootbox_tier0": 9})

    opened(tx, alice, "crate", 9, Dice(0.5))

    entries = tx.execute("SELECT metric, value FROM engagement_inbox").fetchall()
    assert entries == [{"metric": "item_used", "value": 9}]


def test_what_does_not_fit_stays_in_the_box(conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, *BOXES)
        alice = make_player(tx, money=STACK_LIMIT, items={"lootbox_tier1": 2})

    with pytest.raises(InventoryFull), transaction(conn) as tx:
        use_item(tx, alice, "lootbox", 1)

    with transaction(conn) as tx:
        assert holdings(tx, alice) == {"money": STACK_LIMIT, "lootbox_tier1": 2}
        assert announced(tx, "item.used") == []


def test_one_stack_must_hold_them_all(tx: Tx):
    alice = make_player(tx, items={"lootbox_tier0": 3})

    with pytest.raises(NotEnoughItems):
        use_item(tx, alice, "crate", 4)

    assert holdings(tx, alice) == {"lootbox_tier0": 3}


def test_a_locked_box_stays_closed(conn: Connection):
    with transaction(conn) as tx:
        alice = make_player(tx, items={"lootbox_tier2": 1})

        with pytest.raises(ItemLocked):
            use_item(tx, alice, "strongbox", 1)

        assert holdings(tx, alice) == {"lootbox_tier2": 1}
