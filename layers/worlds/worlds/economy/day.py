"""What is known and changes while a village lives through a day. It belongs to `village.live_day` alone."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from worlds.economy.content import Use, market
from worlds.economy.models import DayBook, Dweller, Goods, Plot, VillageMarket
from worlds.economy.prices import scarcity, stock_target


def usual_prices(village: VillageMarket) -> dict[str, float]:
    """Return {good: what one of common quality costs in a village}, by what people want and what there is."""
    there = village.goods
    return {
        good.item: good.value * scarcity(max(village.demand(good.item), 1), there.get(good.item, 0))
        for good in market.traded.values()
    }


def trades(each: Dweller) -> bool:
    """Tell whether someone buys in order to sell again."""
    return market.occupations[each.occupation].trades


class MarketDay:
    """A day of a village.

    Attributes:
        people, plots: copies, which the day changes.
        usual: {good: the price in the morning}, which all go by.
        demand: {good: units that people wanted in the last week}, at least 1.
        stock: {good: how many there are, or have been since the morning}.
        stalls, shops: {good: who sells it}: makers, and merchants.
        wanted: {good: units that people want to buy today}.
        sold: {merchant: {good: units}}.
        paid: {good: [coins, units]}.
    """

    def __init__(self, village: VillageMarket, people: Sequence[Dweller], plots: Sequence[Plot], rng: Random) -> None:
        self.people, self.plots, self.rng = people, plots, rng
        self.book = DayBook(day=village.day + 1)
        self.chest = village.chest
        self.usual = usual_prices(village)
        self.demand = {good: max(village.demand(good), 1) for good in market.traded}
        self.stock = village.goods
        self.stalls: dict[str, list[Dweller]] = {}
        self.shops: dict[str, list[Dweller]] = {}
        self.wanted: Goods = {}
        self.sold: dict[str, Goods] = {}
        self.paid: dict[str, list[int]] = {}

    def lacks(self, good: str) -> bool:
        """Tell whether the village has less of something than it wants to have."""
        return self.stock.get(good, 0) < stock_target(self.demand[good])

    def tool_of(self, each: Dweller) -> str | None:
        """Return the tool that someone works with."""
        return next((good.item for good in market.by_use[Use.TOOL] if each.goods.get(good.item)), None)

    def about(self, number: float) -> int:
        """Return a whole number that is this one in the mean."""
        return int(number + self.rng.random())
