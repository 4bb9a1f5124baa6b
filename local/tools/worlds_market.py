"""Let a village trade for a year, print how it goes and plot it: `python -m local.tools.worlds_market --seed 7`.

The plot shows what people's shopping costs, how unequal they are, how much they trade, and what bread and cloth cost.
With several villages, goods differ from one to the next, and caravans carry them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image

from local.tools.curves import Panel
from local.tools.curves import plot as draw
from worlds.economy.caravans import Region, live_region
from worlds.economy.founding import founded
from worlds.economy.health import MONTH, MarketHealth, health, price_level
from worlds.economy.models import DayBook, total_of
from worlds.economy.wealth import gini

FEWEST_DAYS: Final = 3 * MONTH
KILOMETRES: Final = 12.0
"""From a village to the next."""
SCARCE: Final[Sequence[Mapping[str, float]]] = ({}, {"wool": 0.25, "clay": 2.0}, {"wool": 2.0, "clay": 0.25})
"""What the land around each village has more and less of."""


@dataclass(frozen=True, slots=True)
class MarketSample:
    """All villages on a day."""

    day: int
    level: float
    gini: float
    trades: float
    bread: float
    cloth: float


PANELS: Final[Sequence[tuple[str, Callable[[MarketSample], float]]]] = (
    ("what shopping costs (1: as in the second month)", lambda each: each.level),
    ("Gini of coins", lambda each: each.gini),
    ("trades for each person and day", lambda each: each.trades),
    ("a loaf of bread, coins", lambda each: each.bread),
    ("a piece of cloth, coins", lambda each: each.cloth),
)


def simulate(seed: int, people: int, days: int, villages: int) -> tuple[list[MarketSample], MarketHealth, Region]:
    """Return what each day was like, how healthy the market was, and what it is like at the end."""
    keys = [f"village {number}" for number in range(1, villages + 1)]
    region = Region(
        villages={
            key: founded(seed, people // villages + (number < people % villages), key, SCARCE[number % len(SCARCE)])
            for number, key in enumerate(keys)
        },
        roads=dict.fromkeys(pairwise(keys), KILOMETRES),
    )
    coins = region.coins
    books: list[DayBook] = []
    wealths: list[float] = []
    for _ in range(days):
        region, lived = live_region(region, seed, lambda day: "rain" if day % 9 == 0 else "clear")
        books.append(_joined(list(lived.values())))
        wealths.append(gini(each.coins for village in region.villages.values() for each in village.people))
    if region.coins != coins:
        raise AssertionError(f"there were {coins} coins, and there are {region.coins}")
    everyone = [each for village in region.villages.values() for each in village.people]
    base = books[MONTH : 2 * MONTH]
    samples = [
        MarketSample(
            day=number + 1,
            level=price_level(books[max(0, number - 6) : number + 1], base),
            gini=wealths[number],
            trades=(book.trades + book.barters) / len(everyone),
            bread=_latest(books[: number + 1], "bread"),
            cloth=_latest(books[: number + 1], "woollen_cloth"),
        )
        for number, book in enumerate(books)
    ]
    return samples, health(books, everyone), region


def _joined(books: Sequence[DayBook]) -> DayBook:
    """Return the book of all villages: sums, and the mean of their prices."""
    prices: dict[str, list[float]] = {}
    for book in books:
        for good, price in book.prices.items():
            prices.setdefault(good, []).append(price)
    return DayBook(
        day=books[0].day,
        eaten=total_of(each.eaten for each in books),
        trades=sum(each.trades for each in books),
        barters=sum(each.barters for each in books),
        prices={good: sum(each) / len(each) for good, each in prices.items()},
        hungry=sum(each.hungry for each in books),
        starved=sum(each.starved for each in books),
    )


def _latest(books: Sequence[DayBook], good: str) -> float:
    return next((each.prices[good] for each in reversed(books) if good in each.prices), 0.0)


def plot(samples: Sequence[MarketSample], title: str) -> Image.Image:
    """Return a picture with a panel for each curve."""
    curves = ((name, [value(each) for each in samples]) for name, value in PANELS)
    panels = [Panel(name, values, 0.0, max(*values, 0.01) * 1.1, digits=2) for name, values in curves]
    months = [(month, str(month)) for month in range(0, len(samples), MONTH)]
    return draw(title, range(len(samples)), panels, months)


def main(arguments: list[str]) -> int:
    """Print and plot a year of trade; the exit status is 1 where the market is not healthy."""
    parser = argparse.ArgumentParser(
        prog="python -m local.tools.worlds_market", description="Print and plot how people in villages trade."
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--days", type=int, default=360, help=f"at least {FEWEST_DAYS}")
    parser.add_argument("--villages", type=int, default=1, help="among which the people are spread")
    parser.add_argument("--to", type=Path, default=None, help="the PNG file to write")
    chosen = parser.parse_args(arguments)
    if chosen.days < FEWEST_DAYS or not 1 <= chosen.villages <= chosen.people:
        parser.error(f"--days: at least {FEWEST_DAYS}; --villages: at least one person in each")
    started = time.monotonic()
    samples, found, region = simulate(chosen.seed, chosen.people, chosen.days, chosen.villages)
    seconds = time.monotonic() - started
    for each in samples[MONTH - 1 :: MONTH]:
        print(
            f"day {each.day:4}: shopping costs {each.level:4.2f}, Gini {each.gini:4.2f}, "
            f"{each.trades:5.2f} trades each, bread {each.bread:5.2f}, cloth {each.cloth:6.2f}"
        )
    print(
        f"inflation {100 * found.inflation:.1f} %, Gini of coins {found.gini:.2f} (with goods "
        f"{found.gini_with_goods:.2f}), {found.trades:.2f} trades for each person and day, the richest has "
        f"{100 * found.largest_share:.1f} %, {found.hungry} hungry days, {found.starved} starved"
    )
    print(f"{region.coins:,} coins, as at the beginning")
    print("; ".join(found.problems) or "All of it as it should be.")
    print(f"seed {chosen.seed}: {chosen.people} people, {chosen.days} days in {seconds:.0f} s")
    to = chosen.to or Path(f"market-{chosen.seed}.png")
    plot(samples, f"{chosen.people} people, seed {chosen.seed}").save(to)
    print(to)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
