from datetime import UTC, datetime
from fractions import Fraction

import pytest

from community.catalog.content import items
from community.economy.content import WeeklySale, weekly_sales
from community.economy.models import InsufficientFunds, NotBuyable, NotSellable, Purchase, Sale
from community.economy.rules import discounted_price, quote_purchase, quote_sale, resale_price, week_offset
from community.jobs.content import jobs

SPADE = items.by_name["item_spade"]
BUCKLER = items.by_name["guard_buckler"]
BOX = items.by_name["lootbox_tier0"]


def worth(base_value: int):
    return SPADE.model_copy(update={"base_value": base_value})


def test_the_shop_pays_two_fifths_truncated_per_unit():
    assert quote_sale(worth(7), held=10, wanted=3, unit_price=resale_price(worth(7))) == Sale(3, unit_price=2, total=6)


def test_the_community_bonus_applies_to_the_truncated_price_and_is_truncated_again():
    assert resale_price(worth(104), Fraction(105, 100)) == 43  # 41.6 -> 41, 43.05 -> 43


def test_a_hundred_with_fifteen_per_cent_is_115_and_not_the_114_of_floats():
    assert int(100 * 1.15) == 114
    assert resale_price(BUCKLER.model_copy(update={"base_value": 250}), Fraction("1.15")) == 115


def test_a_merchant_of_level_ten_sells_for_a_twentieth_more_and_buys_for_a_twentieth_less():
    bonus = jobs.by_key["merchant"].bonus("price_adjustment", 10)

    assert bonus == Fraction(1, 20)
    assert quote_sale(worth(100), held=1, wanted=1, unit_price=40, merchant_bonus=bonus).unit_price == 42
    assert quote_purchase(worth(100), 1000, 1, unit_price=100, merchant_bonus=bonus).unit_price == 95


def test_selling_more_than_the_stack_holds_sells_the_stack():
    assert quote_sale(SPADE, held=4, wanted=10, unit_price=40) == Sale(4, 40, 160)


def test_what_the_catalogue_keeps_out_of_the_shop_is_refused():
    with pytest.raises(NotSellable):
        quote_sale(BOX, held=1, wanted=1, unit_price=40)
    with pytest.raises(NotBuyable):
        quote_purchase(BOX, balance=1000, wanted=1, unit_price=100)


@pytest.mark.parametrize(
    ("balance", "wanted", "expected"),
    [
        (1000, 3, Purchase(3, 100, 300)),
        (250, 3, Purchase(2, 100, 200)),
        (100, 1, Purchase(1, 100, 100)),
    ],
)
def test_a_purchase_fills_as_far_as_the_money_goes(balance: int, wanted: int, expected: Purchase):
    assert quote_purchase(SPADE, balance, wanted, unit_price=100) == expected


def test_money_for_less_than_one_is_not_enough():
    with pytest.raises(InsufficientFunds, match="costs 100 money and you have 99"):
        quote_purchase(SPADE, balance=99, wanted=1, unit_price=100)


def test_what_costs_nothing_is_handed_out_as_wanted():
    assert quote_purchase(SPADE, balance=0, wanted=7, unit_price=0) == Purchase(7, 0, 0)


def test_a_discount_takes_off_the_truncated_share():
    everything = WeeklySale(week_offset=0, target_category=None, discount_percent=15, description="all")

    assert discounted_price(worth(101), everything) == 101 - 15
    assert discounted_price(worth(101), None) == 101


def test_a_sale_of_one_category_leaves_the_others_alone():
    """Defect 17: a sale's category was compared with an item's first tag, and matched none."""
    weapons = WeeklySale(week_offset=0, target_category="weapon", discount_percent=25, description="weapons")

    assert discounted_price(items.by_name["weapon_pebble"], weapons) == 101 - 25
    assert discounted_price(SPADE, weapons) == 100


def test_the_sales_follow_the_iso_weeks_in_fours():
    assert [week_offset(datetime(2026, 1, day, tzinfo=UTC)) for day in (1, 5, 12, 19, 26)] == [0, 1, 2, 3, 0]
    assert [weekly_sales.by_week[offset].discount_percent for offset in range(4)] == [25, 20, 30, 15]
