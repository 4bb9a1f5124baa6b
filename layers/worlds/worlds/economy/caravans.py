"""Merchants of several villages, and the goods that they send from one to another. Pure. Source: worlds 23.3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from worlds.economy import routes
from worlds.economy.content import market
from worlds.economy.day import trades, usual_prices
from worlds.economy.dealing import STAKED, WHOLESALE, for_sale
from worlds.economy.models import Caravan, DayBook, Dweller, VillageMarket, add, take, total_of
from worlds.economy.village import live_day

HOURS_A_DAY: Final = 10
"""Of which one walks with a load."""
FEWEST: Final = 10
"""Units for which no one sets out."""

Weather = Callable[[int], str]
"""{day: weather}, as `routes.SLOWED` names it."""


class Region(Struct, frozen=True, kw_only=True):
    """Villages that trade with one another, at the end of a day.

    Attributes:
        roads: {(village, village): kilometres}, each pair once, in the order of their keys.
        underway: caravans, also those that come home with what they have earned.
    """

    villages: Mapping[str, VillageMarket]
    roads: Mapping[tuple[str, str], float]
    underway: tuple[Caravan, ...] = ()

    @property
    def coins(self) -> int:
        """All coins that there are."""
        return sum(each.coins for each in self.villages.values()) + sum(each.coins for each in self.underway)

    @property
    def goods(self) -> dict[str, int]:
        """All goods that there are."""
        total = total_of(each.goods for each in self.villages.values())
        for each in self.underway:
            if each.units:
                add(total, each.good, each.units)
        return total

    def kilometres(self, one: str, other: str) -> float | None:
        """Return how far two villages are from each other; None without a road."""
        return self.roads.get((min(one, other), max(one, other)))


def live_region(region: Region, seed: int, weather: Weather) -> tuple[Region, Mapping[str, DayBook]]:
    """Return villages a day later, with what each did: caravans arrive, people live, caravans set out."""
    villages: dict[str, VillageMarket] = {}
    books: dict[str, DayBook] = {}
    for key, village in sorted(region.villages.items()):
        villages[key], books[key] = live_day(village, seed)
    day = max(each.day for each in villages.values())
    underway: list[Caravan] = []
    for each in region.underway:
        if each.arrives > day:
            underway.append(each)
        elif each.destination == each.home:
            _unload(villages[each.home], each)
        else:
            underway.append(_sold(region, villages[each.destination], each, day, weather))
    after = replace(region, villages=villages, underway=())
    for village in villages.values():
        underway += _setting_out(after, village, day, weather, {each.merchant for each in underway})
    return replace(after, underway=tuple(underway)), books


def _setting_out(region: Region, village: VillageMarket, day: int, weather: Weather, away: set[str]) -> list[Caravan]:
    """Let each merchant who has no goods on the way send off what earns most, if anything does."""
    prices = {key: usual_prices(each) for key, each in region.villages.items()}
    sent: list[Caravan] = []
    for merchant in village.people:
        if not trades(merchant) or f"{village.key}/{merchant.key}" in away:
            continue
        best: tuple[routes.Journey, str, str] | None = None
        for destination in sorted(region.villages):
            if destination == village.key or region.kilometres(village.key, destination) is None:
                continue
            for good in market.traded.values():
                journey = routes.journey(
                    for_sale(merchant, good),
                    prices[village.key][good.item] * WHOLESALE,
                    prices[destination][good.item] * WHOLESALE,
                )
                if journey.pays and journey.units >= FEWEST and (best is None or journey.profit > best[0].profit):
                    best = journey, destination, good.item
        cost = 0 if best is None else ceil(best[0].cost)
        if best is None or cost > merchant.coins:
            continue
        journey, destination, good = best
        take(merchant.goods, good, journey.units)
        merchant.coins -= cost
        village.chest += cost
        sent.append(
            Caravan(
                merchant=f"{village.key}/{merchant.key}",
                home=village.key,
                destination=destination,
                good=good,
                units=journey.units,
                coins=0,
                arrives=day + _days(region, village.key, destination, weather(day)),
            )
        )
    return sent


def _sold(region: Region, village: VillageMarket, caravan: Caravan, day: int, weather: Weather) -> Caravan:
    """Sell what merchants of a village take, and return the caravan on its way home with the rest."""
    price = max(1, round(usual_prices(village)[caravan.good] * WHOLESALE))
    units, coins = caravan.units, caravan.coins
    for buyer in (each for each in village.people if trades(each)):
        quantity = min(units, int(buyer.coins * 2 * STAKED / price))
        if quantity > 0:
            add(buyer.goods, caravan.good, quantity)
            buyer.coins -= quantity * price
            units -= quantity
            coins += quantity * price
    arrives = day + _days(region, caravan.home, village.key, weather(day))
    return replace(caravan, destination=caravan.home, units=units, coins=coins, arrives=arrives)


def _unload(village: VillageMarket, caravan: Caravan) -> None:
    merchant = _merchant(village, caravan)
    merchant.coins += caravan.coins
    if caravan.units:
        add(merchant.goods, caravan.good, caravan.units)


def _merchant(village: VillageMarket, caravan: Caravan) -> Dweller:
    return next(each for each in village.people if f"{village.key}/{each.key}" == caravan.merchant)


def _days(region: Region, one: str, other: str, weather: str) -> int:
    kilometres = region.kilometres(one, other)
    assert kilometres is not None
    return max(1, ceil(routes.hours(kilometres, weather) / HOURS_A_DAY))
