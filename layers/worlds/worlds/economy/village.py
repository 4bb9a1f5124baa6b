"""A day in the life of a village: people gather, make, buy and sell, eat, and pay what is due. Pure.

Nothing comes from nowhere: goods are gathered, made of others, used up, or go bad, and stand in the book of the day.
Coins go from one to another; what is taken from people goes to the chest of the village, which pays for works that all
need. Source: worlds 18.1, 23.3.
"""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from worlds.economy import dealing, households, working
from worlds.economy.day import MarketDay, trades
from worlds.economy.models import DayBook, VillageMarket, week
from worlds.generation.randomness import stream_key


def live_day(village: VillageMarket, seed: int) -> tuple[VillageMarket, DayBook]:
    """Return a village a day later, and what it did; the same for the same seed and day."""
    number = village.day + 1
    rng = Random(stream_key(seed, f"market/{village.key}/{number}"))
    people = tuple(
        replace(each, goods=dict(each.goods), modifiers=dict(each.modifiers), sales=dict(each.sales))
        for each in village.people
    )
    plots = tuple(replace(each, stock=min(each.most, each.stock + each.regrowth)) for each in village.plots)
    day = MarketDay(village, people, plots, rng)
    _live(day)
    wanted = {
        good: week(village.wanted.get(good, ()), day.wanted.get(good, 0))
        for good in sorted({*village.wanted, *day.wanted})
    }
    after = VillageMarket(key=village.key, day=number, people=people, plots=plots, chest=day.chest, wanted=wanted)
    return after, day.book


def _live(day: MarketDay) -> None:
    working.feel(day)
    order = [*day.people]
    day.rng.shuffle(order)
    for each in order:
        working.work(day, each)
    dealing.open_stalls(day)
    for each in order:
        if trades(each):
            dealing.stock_up(day, each)
    for each in order:
        dealing.buy_materials(day, each)
    for _ in range(households.MEALS):
        day.rng.shuffle(order)
        for each in order:
            households.eat(day, each)
    for each in order:
        households.keep_house(day, each)
    households.spoil(day)
    households.settle_accounts(day)
    day.book.prices = {good: coins / units for good, (coins, units) in day.paid.items()}
