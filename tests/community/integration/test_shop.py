from datetime import UTC, datetime

import pytest

from community.economy.models import InsufficientFunds
from community.economy.service import buy_item, list_buyable, sell_item
from community.inventory.models import NotInInventory, Quality
from community.players.models import PlayerRef, UnknownPlayer
from community.progression.models import FeatureLocked, ItemLocked
from community.progression.service import current_state
from kernel.database import Tx
from tests.support.factories import announced, holdings, make_player, make_stacks, stacks_of, unlock, xp

SECOND_WEEK = datetime(2026, 1, 6, tzinfo=UTC)


def test_items_money_xp_and_news_move_together(tx: Tx):
    alice = make_player(tx, items={"item_spade": 5})
    unlock(tx, "feature_economy", "job_merchant")

    sale = sell_item(tx, alice, "spade", wanted=3)

    assert (sale.quantity, sale.total) == (3, 120)
    assert holdings(tx, alice) == {"item_spade": 2, "money": 120}
    assert xp(tx, alice, "merchant") == 12
    assert [(event["quantity"], event["money_gained"]) for event in announced(tx, "item.sold")] == [(3, 120)]


def test_a_sale_takes_from_all_stacks_the_lowest_quality_first(tx: Tx):
    alice = make_stacks(tx, "item_spade", {Quality.CURSED: 2, Quality.COMMON: 2, Quality.RARE: 2})
    unlock(tx, "feature_economy")

    sale = sell_item(tx, alice, "spade", wanted=3)
    rare = sell_item(tx, alice, "spade", wanted=9, quality=Quality.RARE)

    assert (sale.quantity, sale.total, rare.quantity) == (3, 120, 2)
    assert stacks_of(tx, alice, "item_spade") == {Quality.COMMON: 1}
    assert holdings(tx, alice)["money"] == 200


def test_a_purchase_moves_the_same_things_the_other_way(tx: Tx):
    alice = make_player(tx, money=250)
    unlock(tx, "feature_economy", "job_merchant", "item_spade")

    purchase = buy_item(tx, alice, "SPADE", wanted=3)

    assert (purchase.quantity, purchase.total) == (2, 200)
    assert holdings(tx, alice) == {"item_spade": 2, "money": 50}
    assert xp(tx, alice, "merchant") == 20
    assert [event["cost"] for event in announced(tx, "item.bought")] == [200]


def test_a_locked_job_earns_nothing_and_hinders_nothing(tx: Tx):
    alice = make_player(tx, items={"item_spade": 1})
    unlock(tx, "feature_economy")

    sell_item(tx, alice, "spade", wanted=1)

    assert xp(tx, alice, "merchant") == 0


def test_the_shop_is_closed_until_the_community_opens_it(tx: Tx):
    alice = make_player(tx, items={"item_spade": 1})

    with pytest.raises(FeatureLocked):
        sell_item(tx, alice, "spade", wanted=1)


def test_an_item_is_for_sale_once_its_node_is_unlocked(tx: Tx):
    alice = make_player(tx, money=100)
    unlock(tx, "feature_economy")

    with pytest.raises(ItemLocked):
        buy_item(tx, alice, "spade", wanted=1)

    unlock(tx, "item_spade", "item_dart")  # the shop sells no darts
    assert [(item.internal_name, price) for item, price in list_buyable(tx, current_state(tx))] == [("item_spade", 100)]


def test_refusals_name_what_is_missing(tx: Tx):
    alice = make_player(tx, money=1)
    unlock(tx, "feature_economy", "item_spade")

    with pytest.raises(InsufficientFunds):
        buy_item(tx, alice, "spade", wanted=1)
    with pytest.raises(NotInInventory):
        sell_item(tx, alice, "spade", wanted=1)
    with pytest.raises(UnknownPlayer):
        sell_item(tx, PlayerRef("twitch", "nobody", "nobody"), "spade", wanted=1)


def test_the_weekly_sale_needs_its_node(tx: Tx):
    tx.now = SECOND_WEEK  # defense, 20 % off
    alice = make_player(tx, money=2000)
    unlock(tx, "feature_economy", "item_buckler")

    assert buy_item(tx, alice, "buckler", wanted=1).unit_price == 1000
    unlock(tx, "feature_weekly_discount")
    assert buy_item(tx, alice, "buckler", wanted=1).unit_price == 800


def test_the_fifth_level_of_the_economy_upgrade_pays_a_quarter_more(tx: Tx):
    alice = make_player(tx, items={"item_spade": 1})
    unlock(tx, "feature_economy", "upgrade_economy_1")

    assert sell_item(tx, alice, "spade", wanted=1).unit_price == 50
