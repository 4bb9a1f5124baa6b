from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from community.catalog.content import items
from community.catalog.models import ItemNotFound
from community.inventory.models import (
    STACK_LIMIT,
    Inventory,
    InventoryFull,
    NotEnoughItems,
    NotInInventory,
    Quality,
)
from community.inventory.service import NotGiveable, SelfGift, add_item, give_item, look, remove_item
from community.players.models import PlayerRef, UnknownPlayer
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced, holdings, make_player, make_stacks, stacks_of, stored

STRANGER = PlayerRef("twitch", username="nobody")


def test_a_look_shows_everything_in_the_order_it_came(tx: Tx):
    alice = make_player(tx, money=5, items={"weapon_dart": 1, "item_spade": 3})

    found = look(tx, alice)

    assert found is not None
    assert [item.internal_name for item, _ in found[1]] == ["money", "weapon_dart", "item_spade"]
    assert look(tx, STRANGER) is None


def test_added_items_are_common_and_in_the_log(tx: Tx):
    alice = make_player(tx, items={"item_spade": 1}, quality=Quality.RARE)

    add_item(tx, alice, "SPADE", 2)

    spade = items.by_name["item_spade"]
    inventory = stored(tx, alice)[Inventory]
    assert [(slot.quantity, slot.quality) for slot in inventory.of(spade.item_id)] == [
        (1, Quality.RARE),
        (2, Quality.COMMON),
    ]
    assert [(event["item_name"], event["quantity"]) for event in announced(tx, "item.added")] == [("item_spade", 2)]


def test_a_full_stack_takes_no_more(tx: Tx):
    alice = make_player(tx, money=STACK_LIMIT - 1)

    with pytest.raises(InventoryFull):
        add_item(tx, alice, "money", 2)
    add_item(tx, alice, "money", 1)

    assert holdings(tx, alice) == {"money": STACK_LIMIT}


def test_a_removal_takes_what_there_is(tx: Tx):
    alice = make_player(tx, items={"item_spade": 3})

    assert remove_item(tx, alice, "spade", 2)[1] == 2
    assert remove_item(tx, alice, "spade", 2)[1] == 1

    assert holdings(tx, alice) == {}
    assert [event["quantity"] for event in announced(tx, "item.removed")] == [2, 1]
    with pytest.raises(NotInInventory):
        remove_item(tx, alice, "spade", 1)


def test_a_gift_keeps_its_quality(tx: Tx):
    alice = make_player(tx, items={"item_spade": 3}, quality=Quality.EPIC)
    bob = make_player(tx, "bob")

    give_item(tx, alice, bob, "spade", 2)

    assert holdings(tx, alice) == {"item_spade": 1}
    spade = items.by_name["item_spade"]
    assert stored(tx, bob)[Inventory] == Inventory().give(spade.item_id, 2, Quality.EPIC)
    assert [
        (event["user_id"], event["receiver_id"], event["quantity"]) for event in announced(tx, "item.transferred")
    ] == [(str(stored(tx, alice).id), str(stored(tx, bob).id), 2)]


def test_money_is_giveable_and_a_cannon_is_not(tx: Tx):
    alice = make_player(tx, money=10, items={"weapon_cannon": 1})
    bob = make_player(tx, "bob")

    give_item(tx, alice, bob, "money", 10)
    with pytest.raises(NotGiveable):
        give_item(tx, alice, bob, "cannon", 1)

    assert (holdings(tx, alice), holdings(tx, bob)) == ({"weapon_cannon": 1}, {"money": 10})


def test_a_gift_comes_from_all_stacks_and_keeps_every_quality(tx: Tx):
    alice = make_stacks(tx, "item_spade", {Quality.JUNK: 3, Quality.COMMON: 1, Quality.EPIC: 3})
    bob = make_player(tx, "bob")

    give_item(tx, alice, bob, "spade", 5)

    assert stacks_of(tx, bob, "item_spade") == {Quality.JUNK: 3, Quality.COMMON: 1, Quality.EPIC: 1}
    assert stacks_of(tx, alice, "item_spade") == {Quality.EPIC: 2}
    with pytest.raises(NotEnoughItems):
        give_item(tx, alice, bob, "spade", 3)
    give_item(tx, bob, alice, "spade", 1, Quality.COMMON)
    assert stacks_of(tx, alice, "item_spade") == {Quality.EPIC: 2, Quality.COMMON: 1}


def test_a_removal_begins_with_the_lowest_quality(tx: Tx):
    alice = make_stacks(tx, "item_spade", {Quality.JUNK: 2, Quality.COMMON: 2, Quality.EPIC: 2})

    assert remove_item(tx, alice, "spade", 9, Quality.COMMON)[1] == 2
    assert remove_item(tx, alice, "spade", 3)[1] == 3

    assert stacks_of(tx, alice, "item_spade") == {Quality.EPIC: 1}


def test_gifts_need_two_players_and_an_item(tx: Tx):
    alice = make_player(tx, items={"item_spade": 1})
    bob = make_player(tx, "bob")

    with pytest.raises(SelfGift):
        give_item(tx, alice, PlayerRef("twitch", username="ALICE"), "spade", 1)
    with pytest.raises(NotInInventory):
        give_item(tx, bob, alice, "spade", 1)
    with pytest.raises(ItemNotFound):
        give_item(tx, alice, bob, "sapde", 1)
    for owner, receiver in ((alice, STRANGER), (STRANGER, alice)):
        with pytest.raises(UnknownPlayer):
            give_item(tx, owner, receiver, "spade", 1)


def test_a_full_receiver_gets_nothing_and_the_giver_keeps_all(conn: Connection):
    with transaction(conn) as tx:
        alice, bob = make_player(tx, money=5), make_player(tx, "bob", money=STACK_LIMIT)

    with pytest.raises(InventoryFull), transaction(conn) as tx:
        give_item(tx, alice, bob, "money", 1)

    with transaction(conn) as tx:
        assert (holdings(tx, alice), holdings(tx, bob)) == ({"money": 5}, {"money": STACK_LIMIT})


def test_givers_in_both_directions_neither_wait_for_ever_nor_lose_anything(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        alice, bob = make_player(tx, items={"item_spade": 200}), make_player(tx, "bob", items={"item_spade": 200})

    def give(direction: tuple[PlayerRef, PlayerRef]) -> int:
        given = 0
        with closing(connect(database_url)) as own:
            for _ in range(50):
                with transaction(own) as tx:  # a deadlock would be a TryAgain, and fail the test
                    give_item(tx, *direction, "spade", 1)
                given += 1
        return given

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(give, [(alice, bob), (bob, alice), (alice, bob), (alice, bob)]))

    assert given == [50] * 4
    with transaction(conn) as tx:
        assert holdings(tx, alice)["item_spade"] == 100
        assert holdings(tx, bob)["item_spade"] == 300
        assert len(announced(tx, "item.transferred")) == 200
