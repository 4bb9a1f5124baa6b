"""How villages make a living: nothing from nowhere, and a market in good health. Source: worlds 18.1, 23.3."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from worlds.economy.caravans import Region, live_region
from worlds.economy.founding import founded
from worlds.economy.health import MONTH, health, price_level
from worlds.economy.models import DayBook, VillageMarket
from worlds.economy.village import live_day


def changes(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {good: number for good in sorted({*before, *after}) if (number := after.get(good, 0) - before.get(good, 0))}


def booked(*books: DayBook) -> dict[str, int]:
    total: dict[str, int] = {}
    for book in books:
        for good, number in book.balance.items():
            total[good] = total.get(good, 0) + number
    return {good: number for good, number in sorted(total.items()) if number}


@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_every_coin_and_every_good_is_accounted_for(seed: int, people: int, days: int):
    village = founded(seed, people)
    coins = village.coins

    for _ in range(days):
        before = village.goods
        village, book = live_day(village, seed)
        assert changes(before, village.goods) == booked(book)
        assert village.coins == coins
        assert all(each.coins >= 0 and min(each.goods.values(), default=1) > 0 for each in village.people)
        assert all(plot.stock >= 0 for plot in village.plots)


def test_a_day_is_the_same_whoever_asks_and_changes_nothing_that_was():
    village = founded(7, 20)
    as_it_was = replace(village)
    stored = repr(village)

    assert live_day(village, 7) == live_day(as_it_was, 7)

    assert repr(village) == stored
    assert live_day(village, 8) != live_day(village, 7)


@cache
def _season(seed: int) -> tuple[VillageMarket, tuple[DayBook, ...]]:
    village, books = founded(seed, 100), list[DayBook]()
    for _ in range(3 * MONTH):
        village, book = live_day(village, seed)
        books.append(book)
    return village, tuple(books)


def test_a_market_is_healthy():
    """For a whole year: test_worlds_market.py; for other seeds: `make worlds-market`."""
    village, books = _season(7)

    assert health(books, village.people).problems == []


def test_who_is_driven_by_need_gathers_and_makes():
    village, books = _season(7)

    assert all(book.gathered and book.made for book in books[1:])
    assert {"bread", "ale", "woollen_cloth"} <= {good for book in books for good in book.made}
    assert sum(book.barters for book in books) > 0
    assert min(sum(each.goods.values()) for each in village.people) >= 0


def test_where_no_food_grows_people_starve():
    village = founded(3, 10, land=dict.fromkeys(("grain", "berry", "fish", "meat"), 0.0))

    starved = 0
    for _ in range(60):
        village, book = live_day(village, 3)
        starved += book.starved

    assert starved > 0


def test_what_shopping_costs_is_what_the_same_basket_costs_later():
    before = DayBook(eaten={"bread": 3, "fish": 1}, prices={"bread": 4.0, "fish": 8.0})
    now = DayBook(eaten={"bread": 100}, prices={"bread": 5.0, "fish": 8.0})

    assert price_level([now], [before]) == pytest.approx(23 / 20)


def region(kilometres: float = 12.0) -> Region:
    return Region(
        villages={
            "hill": founded(5, 30, "hill", {"wool": 0.1}),
            "vale": founded(5, 30, "vale", {"wool": 3.0, "iron_ore": 0.0}),
        },
        roads={("hill", "vale"): kilometres},
    )


def test_caravans_carry_what_is_cheap_to_where_it_is_dear_and_lose_nothing():
    villages, carried = region(), 0
    coins = villages.coins

    for _ in range(40):
        before = villages.goods
        villages, books = live_region(villages, 5, lambda day: "clear")
        assert changes(before, villages.goods) == booked(*books.values())
        assert villages.coins == coins
        carried += sum(each.units for each in villages.underway if each.destination != each.home)

    assert carried > 0


def test_in_snow_a_caravan_takes_longer():
    def arrivals(weather: str) -> int:
        villages = region(kilometres=40.0)
        for _ in range(40):
            villages, _ = live_region(villages, 5, lambda day: weather)
            if villages.underway:
                return villages.underway[0].arrives - max(each.day for each in villages.villages.values())
        raise AssertionError("no caravan")

    assert arrivals("snow") > arrivals("clear")
