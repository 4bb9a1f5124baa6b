"""Whether a market is in good health. Pure. Source: worlds 23.3, Health of the market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from worlds.economy.models import DayBook, Dweller, total_of
from worlds.economy.wealth import gini, largest_share
from worlds.economy.working import wealth_of

MONTH: Final = 30
"""Days whose prices are compared: a single day has too few sales of what is dear."""


class MarketHealth(Struct, frozen=True, kw_only=True):
    """What a market was like over some time.

    Attributes:
        inflation: by how much what people use costs more in the last month than in the second.
        gini: of the coins that people have at the end; `gini_with_goods`: of their goods, too.
        trades: for each person and day.
        largest_share: of all coins and goods, that the richest one has.
        hungry: days on which someone had too little to eat, and `starved`: of which they would have died.
    """

    inflation: float
    gini: float
    gini_with_goods: float
    trades: float
    largest_share: float
    hungry: int
    starved: int

    @property
    def problems(self) -> list[str]:
        """What is not as it should be."""
        checks = {
            "inflation of 10 % or more": abs(self.inflation) >= 0.1,
            "Gini beyond .3 to .5": not 0.3 <= self.gini <= 0.5,
            "fewer than 10 trades for each person and day": self.trades < 10,
            "someone has more than half of everything": self.largest_share > 0.5,
            "people starve": self.starved > 0,
        }
        return [problem for problem, is_there in checks.items() if is_there]


def health(books: Sequence[DayBook], people: Sequence[Dweller]) -> MarketHealth:
    """Return what a market was like. Prices are compared from the second month on, when a new village has settled in.

    Args:
        books: of three months or more.
        people: as they are at the end.
    """
    wealths = [wealth_of(each) for each in people]
    return MarketHealth(
        inflation=price_level(books[-MONTH:], books[MONTH : 2 * MONTH]) - 1,
        gini=gini(each.coins for each in people),
        gini_with_goods=gini(wealths),
        trades=sum(each.trades + each.barters for each in books) / len(books) / len(people),
        largest_share=largest_share(wealths),
        hungry=sum(each.hungry for each in books),
        starved=sum(each.starved for each in books),
    )


def price_level(now: Sequence[DayBook], before: Sequence[DayBook]) -> float:
    """Return what people's shopping of an earlier time costs now, as a share of what it cost then."""
    basket = total_of(each.eaten for each in before)
    prices, earlier = _mean_prices(now), _mean_prices(before)
    both = [good for good in basket if good in prices and good in earlier]
    cost = sum(basket[good] * earlier[good] for good in both)
    return sum(basket[good] * prices[good] for good in both) / cost if cost else 1.0


def _mean_prices(books: Sequence[DayBook]) -> Mapping[str, float]:
    seen: dict[str, list[float]] = {}
    for each in books:
        for good, price in each.prices.items():
            seen.setdefault(good, []).append(price)
    return {good: sum(prices) / len(prices) for good, prices in seen.items()}
