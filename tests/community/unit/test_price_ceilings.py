"""However lucky and skilled a player is, the shop is no mint."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.catalog.content import items
from community.configs import shipped
from community.economy.ceilings import MONEY, PricedTrade, ceilings_of
from community.economy.content import weekly_sales
from community.economy.rules import discounted_price, quote_purchase, quote_sale, resale_price
from community.jobs.content import jobs

MASTER = jobs.bonus("merchant", "price_adjustment", 40)
FAIR_PRICES = Fraction("1.25")
BOUGHT_WITH = 10_000_000
TRADES = [trade for trade in ceilings_of(shipped).trades if MONEY in trade.gives or not trade.text.startswith("buy")]


def cheapest(name: str) -> int:
    """Return what a master pays for one in its cheapest week."""
    item = items.by_name[name]
    prices = [discounted_price(item, week) for week in (None, *weekly_sales.by_week.values())]
    return quote_purchase(item, BOUGHT_WITH, 1, unit_price=min(prices), merchant_bonus=MASTER).unit_price


def dearest(name: str) -> int:
    """Return what a master gets for one in a community with all fair prices."""
    item = items.by_name[name]
    return quote_sale(item, 1, 1, unit_price=resale_price(item, FAIR_PRICES), merchant_bonus=MASTER).unit_price


@pytest.mark.parametrize("name", [item.internal_name for item in items.by_name.values() if item.buyable])
def test_the_shop_never_pays_more_for_a_thing_than_it_asks(name: str):
    assert not items.by_name[name].sellable or dearest(name) <= cheapest(name)


def test_a_master_crafter_gains_nothing_by_making_kegs_of_spikes():
    masterworks = Fraction(115, 100)
    snare = (10 * cheapest("blast_spike") + 250) / masterworks

    assert dearest("blast_keg") <= (snare + 2500) / masterworks


def test_a_bonus_counts_where_making_costs_more():
    assert dearest("guard_buckler") == 600


buying = st.tuples(
    st.just("buy"), st.sampled_from([item.internal_name for item in items.by_name.values() if item.buyable])
)
making = st.tuples(st.just("make"), st.sampled_from(TRADES))


@given(st.lists(st.tuples(st.one_of(buying, making), st.integers(1, 100)), max_size=60))
def test_whatever_is_bought_made_and_sold_brings_no_money(steps: list[tuple[tuple[str, str | PricedTrade], int]]):
    held = {MONEY: Fraction(BOUGHT_WITH)}

    for (_, what), times in steps:
        if isinstance(what, str):
            each = cheapest(what)
            times = min(times, int(held[MONEY] // each))
            held[MONEY] -= times * each
            held[what] = held.get(what, Fraction(0)) + times
        else:
            times = min([times, *(int(held.get(name, 0) // count) for name, count in what.takes.items())])
            for name, count in what.takes.items():
                held[name] = held.get(name, Fraction(0)) - times * count
            for name, count in what.gives.items():
                held[name] = held.get(name, Fraction(0)) + times * count
    sold = sum(count * dearest(name) for name, count in held.items() if items.by_name[name].sellable)

    assert held[MONEY] + sold <= BOUGHT_WITH
