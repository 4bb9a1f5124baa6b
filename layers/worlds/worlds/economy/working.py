"""What people bring home and make, driven by their needs. Source: worlds 18.1, 23.3."""

from __future__ import annotations

from typing import Final

from worlds.economy.content import Craft, Use, market
from worlds.economy.day import MarketDay
from worlds.economy.models import Dweller, Plot, add, take

HOURS: Final = 24
WEALTH_PULLS: Final = 0.05
"""Points of the need to gather, for an hour and each percentile that someone is poorer than most."""
GATHERS_FROM: Final = 50
GATHERING_MEETS: Final = 20
CRAFTS_FROM: Final = 40
CRAFTING_MEETS: Final = 30
MOST_TURNS: Final = 3
"""How often someone gathers, or makes something, in a day."""
FORAGES_FROM: Final = 64
"""Points of hunger from which someone with nothing to eat looks for food first."""
SPEEDS: Final = (1.0, 0.7, 0.4)
"""Of gathering primary, secondary and other goods."""
LUCK: Final = (0.8, 1.2)
WHIM: Final = (0.7, 1.3)
"""By how much people differ about what is worth their while."""
BARE_HANDS: Final = 0.7
"""Of what someone with a tool brings home. Source: worlds 23.1."""
TOOL_WEAR: Final = 0.03
"""Of a tool, each time someone gathers with it."""


def feel(day: MarketDay) -> None:
    """Let the needs grow that a day and a night bring."""
    worth = {each.key: wealth_of(each) for each in day.people}
    ranked = sorted(day.people, key=lambda each: (worth[each.key], each.key))
    last = max(len(ranked) - 1, 1)
    for place, each in enumerate(ranked):
        poorer = 50 - 100 * place / last
        each.hunger = _bounded(each.hunger + HOURS)
        each.gathering = _bounded(each.gathering + poorer * WEALTH_PULLS * HOURS)
        each.work = _bounded(each.work + 2 * (1 + each.conscientiousness / 100) * HOURS)


def wealth_of(each: Dweller) -> int:
    """Return what someone has, in coins; goods count as much as they cost in ordinary times."""
    return each.coins + sum(market.values.get(good, 0) * quantity for good, quantity in each.goods.items())


def work(day: MarketDay, each: Dweller) -> None:
    """Let someone gather and make things, as their needs drive them."""
    if each.hunger >= FORAGES_FROM and not any(
        each.goods.get(good.item) for use in (Use.STAPLE, Use.RELISH) for good in market.by_use[use]
    ):
        _gather(day, each, _food_outside(day, each))
    for _ in range(MOST_TURNS):
        if each.gathering < GATHERS_FROM or not _gather(day, each, _best_outside(day, each)):
            break
        each.gathering = _bounded(each.gathering - GATHERING_MEETS)
    for _ in range(MOST_TURNS):
        craft = _best_craft(day, each) if each.work >= CRAFTS_FROM else None
        if craft is None:
            break
        _make(day, each, craft)
        each.work = _bounded(each.work - CRAFTING_MEETS)


def _within_reach(day: MarketDay, each: Dweller) -> list[Plot]:
    reach = market.occupations[each.occupation].reach
    return [plot for plot in day.plots if plot.metres <= reach and plot.stock >= 1]


def _speed(each: Dweller, good: str) -> float:
    occupation = market.occupations[each.occupation]
    return SPEEDS[0 if good in occupation.primary else 1 if good in occupation.secondary else 2]


def _best_outside(day: MarketDay, each: Dweller) -> Plot | None:
    """Return the land where someone earns most, of what the village lacks."""

    def earns(plot: Plot) -> float:
        brought = min(plot.stock, market.gathering[plot.good] * _speed(each, plot.good))
        return day.usual[plot.good] * brought * _between(WHIM, day.rng.random())

    lacking = {good for good in market.gathering if day.lacks(good)}
    return max((plot for plot in _within_reach(day, each) if plot.good in lacking), key=earns, default=None)


def _food_outside(day: MarketDay, each: Dweller) -> Plot | None:
    foods = [plot for plot in _within_reach(day, each) if market.goods[plot.good].use is Use.RELISH]
    return max(foods, key=lambda plot: min(plot.stock, market.gathering[plot.good]), default=None)


def _gather(day: MarketDay, each: Dweller, plot: Plot | None) -> bool:
    if plot is None:
        return False
    tool = day.tool_of(each)
    amount = market.gathering[plot.good] * _speed(each, plot.good) * (0.5 + each.skill / 200)
    luck = _between(LUCK, day.rng.random())
    found = min(int(plot.stock), round(amount * (BARE_HANDS if tool is None else 1) * luck))
    if found < 1:
        return False
    plot.stock -= found
    add(each.goods, plot.good, found)
    add(day.stock, plot.good, found)
    add(day.book.gathered, plot.good, found)
    if tool is not None:
        _wear_out(day, each, tool)
    return True


def _wear_out(day: MarketDay, each: Dweller, tool: str) -> None:
    each.wear += TOOL_WEAR
    if each.wear >= 1:
        each.wear -= 1
        take(each.goods, tool, 1)
        add(day.book.worn, tool, 1)


def _best_craft(day: MarketDay, each: Dweller) -> Craft | None:
    """Return what it pays most to make: the largest price times demand. Source: worlds 23.3."""
    known = (market.crafts[item] for item in market.occupations[each.occupation].crafts)
    possible = (
        craft
        for craft in known
        if day.lacks(craft.item) and all(each.goods.get(good, 0) >= wanted for good, wanted in craft.of.items())
    )
    return max(possible, key=lambda craft: day.usual[craft.item] * day.demand[craft.item], default=None)


def _make(day: MarketDay, each: Dweller, craft: Craft) -> None:
    for good, wanted in craft.of.items():
        take(each.goods, good, wanted)
        add(day.book.used, good, wanted)
    made = max(1, round(craft.amount * (0.75 + each.skill / 200)))
    add(each.goods, craft.item, made)
    add(day.stock, craft.item, made)
    add(day.book.made, craft.item, made)


def _between(limits: tuple[float, float], share: float) -> float:
    low, high = limits
    return low + (high - low) * share


def _bounded(need: float) -> float:
    return min(100.0, max(0.0, need))
