"""Prices, barter, trade routes and wealth. Source: worlds 23.3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.economy import bartering, prices, routes, wealth
from worlds.economy.bartering import BarterOffer, BarterVerdict, Want
from worlds.economy.stalls import CounterOffer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_price_is_the_product_of_its_factors():
    assert prices.price(100, 40, 10, quality=2, affection=70, reputation=50) == pytest.approx(242.25)


@pytest.mark.parametrize(
    ("demand", "supply", "factor"), [(40, 10, 2), (0, 10, 0.4), (10, 1_000, 0.4), (1_000, 10, 2.5), (5, 0, 2.5)]
)
def test_what_is_scarce_is_dear_within_limits(demand: int, supply: int, factor: float):
    assert prices.price(100, demand, supply) == pytest.approx(100 * factor)


@pytest.mark.parametrize(("affection", "factor"), [(61, 0.85), (60, 1), (20, 1), (19, 1.2), (-100, 1.2)])
def test_friends_pay_less_and_strangers_more(affection: float, factor: float):
    assert prices.price(100, 10, 10, affection=affection) == pytest.approx(100 * factor)


@pytest.mark.parametrize(("quality", "price"), [(0, 50), (1, 100), (2, 150), (3, 250), (4, 500)])
def test_what_is_made_well_costs_more(quality: int, price: float):
    assert prices.price(100, 10, 10, quality=quality) == pytest.approx(price)


@pytest.mark.parametrize(("demand", "supply", "share"), [(40, 10, 0.75), (10, 40, 0), (10, 0, 1), (0, 0, 0)])
def test_a_shortage_is_the_share_that_is_missing(demand: float, supply: float, share: float):
    assert prices.shortage(demand, supply) == share


@pytest.mark.parametrize(
    ("modifier", "sales", "after"),
    [(1, 51, 1.05), (1, 50, 1), (1, 10, 1), (1, 9, 0.95), (2, 99, 2), (0.5, 0, 0.5)],
)
def test_a_merchant_asks_more_for_what_sells(modifier: float, sales: int, after: float):
    assert prices.adjusted(modifier, sales) == pytest.approx(after)


def test_the_kindest_merchant_asks_least():
    assert [prices.greed_factor(each) for each in (100, 0)] == pytest.approx([0.8, 1.5])
    assert prices.stock_target(20) == 30


@pytest.mark.parametrize(
    ("offered", "verdict"), [(100, BarterVerdict.ACCEPTED), (80, BarterVerdict.COUNTERED), (79, BarterVerdict.REJECTED)]
)
def test_an_offer_is_accepted_countered_or_rejected(offered: float, verdict: BarterVerdict):
    offer = BarterOffer({"wool": 3}, {"axe": 1})

    answer = bartering.answer(offer, offered, 100)

    assert answer.verdict is verdict
    assert offer.offered == {"wool": 3}
    if verdict is BarterVerdict.COUNTERED:
        assert answer.counter == BarterOffer({"wool": 4}, {"axe": 1})
    else:
        assert answer.counter is None


def test_a_counter_offer_asks_for_a_quarter_more():
    counter = bartering.answer(BarterOffer({"wool": 10, "axe": 1}, {"lamp": 1}), 90, 100).counter

    assert counter is not None
    assert counter.offered == {"wool": 13, "axe": 2}


def test_an_offer_stands_for_five_minutes():
    offer = CounterOffer(
        seller_id=UUID(int=1),
        offered=UUID(int=2),
        offered_quantity=3,
        requested=UUID(int=3),
        requested_quantity=1,
        made_at=NOW,
    )

    assert offer.is_open(NOW + timedelta(minutes=4, seconds=59))
    assert not offer.is_open(NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("affection", "greed", "want", "ratio"),
    [
        (61, 0, Want.SOMEWHAT, 0.7),
        (61, 1, Want.SOMEWHAT, 1.3),
        (0, 0, Want.SOMEWHAT, 0.8),
        (0, 0.5, Want.SOMEWHAT, 1),
        (-1, 1, Want.SOMEWHAT, 1.5),
        (0, 0.5, Want.LITTLE, 2),
        (-1, 1, Want.MUCH, 1),
    ],
)
def test_who_is_liked_and_brings_what_is_wanted_has_to_offer_less(
    affection: float, greed: float, want: Want, ratio: float
):
    assert bartering.needed_ratio(affection, greed, want) == pytest.approx(ratio)


@given(st.floats(0, 10_000), st.floats(0.01, 10_000), st.integers(1, 50))
def test_a_counter_offer_would_be_enough(offered: float, requested: float, quantity: int):
    answer = bartering.answer(BarterOffer({"wool": quantity}, {"axe": 1}), offered, requested)

    if answer.counter is not None:
        each = offered / quantity
        assert each * answer.counter.offered["wool"] >= requested * (1 - 1e-9)


@pytest.mark.parametrize(
    ("bought", "sold", "pays"),
    [(10, 12, False), (10, 12.1, True), (2, 3, False), (2, 3.3, True), (10, 9, False)],
)
def test_a_journey_has_to_earn_more_than_a_fifth_and_one_and_a_half_times_its_cost(
    bought: float, sold: float, pays: bool
):
    assert routes.journey(500, bought, sold).units == 100
    assert routes.journey(500, bought, sold).pays is pays


@pytest.mark.parametrize(("weather", "hours"), [("clear", 2), ("rain", 2 / 0.7), ("snow", 4)])
def test_rain_and_snow_slow_a_caravan(weather: str, hours: float):
    assert routes.hours(10, weather) == pytest.approx(hours)


def test_gini_is_0_for_equals_and_nears_1():
    assert wealth.gini([1, 1, 1, 1]) == 0
    assert wealth.gini([4, 0, 0, 0]) == 0.75
    assert wealth.gini([]) == 0
    assert wealth.largest_share([1, 3]) == 0.75
