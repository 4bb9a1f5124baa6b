"""What people eat and use up at home, what goes bad, and what they owe to all. Source: worlds 18.1, 23.3."""

from __future__ import annotations

from typing import Final

from worlds.economy import wealth
from worlds.economy.content import Good, Use, market
from worlds.economy.day import MarketDay, trades
from worlds.economy.dealing import buy, for_sale
from worlds.economy.models import Dweller, add, latest_sales, take
from worlds.economy.prices import adjusted
from worlds.economy.working import HOURS

MEALS: Final = 3
FEEDS: Final = {Use.STAPLE: 5, Use.RELISH: 3}
"""Points of hunger that one takes away. A staple and a relish three times a day are what a day takes."""
INSTEAD: Final = {Use.STAPLE: Use.RELISH, Use.RELISH: Use.STAPLE}
"""{kind of food: what is eaten where there is none of it}"""
COMFORTABLE: Final = 50
"""Coins from which someone does not live from hand to mouth."""
SAVED: Final = 500
"""Coins that people keep for the next days."""
LUXURY: Final = 0.02
"""Of the coins beyond that, what someone spends on wares in a day, in the mean."""
HUNGRY: Final = HOURS
"""Points of hunger in the evening of who had too little to eat."""
STARVING_DAYS: Final = 7
"""Days on end at full hunger, of which one dies."""
WHIM: Final = (0.7, 0.6)
RESERVE: Final = 0.1
"""Of the chest, that stays in it."""


def eat(day: MarketDay, each: Dweller) -> None:
    """Let someone have a meal: of their own, or bought; more of it where they are hungry."""
    helpings = 2 if each.hunger > HOURS else 1
    for use, feeds in FEEDS.items():
        for _ in range(helpings):
            food = None
            if each.hunger >= feeds:
                food = _own(each, use) or _bought(day, each, use) or _bought(day, each, INSTEAD[use])
            if food is None:
                break
            _use_up(day, each, food)
            each.hunger = max(0.0, each.hunger - feeds)
    if each.coins > COMFORTABLE:
        for drink in market.by_use[Use.DRINK]:
            _consume(day, each, drink)


def keep_house(day: MarketDay, each: Dweller) -> None:
    """Let someone heat, light a candle, replace a tool, and buy what they like."""
    any(_consume(day, each, fuel) for fuel in market.by_use[Use.FUEL])
    if each.coins > COMFORTABLE:
        for light in market.by_use[Use.LIGHT]:
            _consume(day, each, light)
    budget = (each.coins - SAVED) * LUXURY * 2 * day.rng.random()
    while budget > 0:
        ware = day.rng.choice(market.by_use[Use.WARE])
        cost = day.usual[ware.item]
        budget -= cost
        # What is left over buys a ware as often as it is enough for a part of one.
        if budget > 0 or day.rng.random() < 1 + budget / cost:
            if for_sale(each, ware) > 0:
                _use_up(day, each, ware)
            else:
                _consume(day, each, ware)
    for tool in market.by_use[Use.TOOL]:
        if not each.goods.get(tool.item) and each.coins > 1.5 * day.usual[tool.item]:
            buy(day, each, tool)


def spoil(day: MarketDay) -> None:
    """Let go bad what does not keep."""
    for good in market.traded.values():
        if good.keeps_days is None:
            continue
        for each in day.people:
            held = each.goods.get(good.item, 0)
            gone = min(held, day.about(held / 2 / good.keeps_days))
            if gone:
                take(each.goods, good.item, gone)
                add(day.book.spoiled, good.item, gone)


def settle_accounts(day: MarketDay) -> None:
    """Take what is due to the chest of the village, and pay for works from it."""
    for each in day.people:
        due = min(each.coins, day.about(each.coins * wealth.WEALTH_DUE))
        tool = day.tool_of(each)
        value = 0 if tool is None else market.goods[tool].value
        repairs = min(each.coins - due, day.about(value * wealth.REPAIRS))
        each.coins -= due + repairs
        day.chest += due + repairs
        day.book.dues += due
        day.book.repairs += repairs
        if trades(each):
            _rethink_prices(day, each)
        each.hungry_days = each.hungry_days + 1 if each.hunger >= 100 else 0
        day.book.hungry += each.hunger > HUNGRY
        day.book.starved += each.hungry_days >= STARVING_DAYS
    _pay_works(day)


def _pay_works(day: MarketDay) -> None:
    """Pay works that all need, such as roads and wells, from the chest: who is good at their work is paid better."""
    spent = int(day.chest * (1 - RESERVE))
    earns = [_mastery(each.skill) for each in day.people]
    total = sum(earns)
    for each, share in zip(day.people, earns, strict=True):
        wage = int(spent * share / total) if total else 0
        day.chest -= wage
        each.coins += wage
        day.book.wages += wage


def _mastery(skill: float) -> float:
    """Return what someone's work for all is worth, compared with others: a master's many times a beginner's."""
    return skill * skill * skill * skill * skill  # and no power, which machines round differently


def _own(each: Dweller, use: Use) -> Good | None:
    return next((good for good in market.by_use[use] if each.goods.get(good.item)), None)


def _bought(day: MarketDay, each: Dweller, use: Use) -> Good | None:
    """Return the food of a kind that someone has bought, the cheapest that there is, and that they like."""
    least, more = WHIM
    goods = sorted(market.by_use[use], key=lambda good: day.usual[good.item] * (least + more * day.rng.random()))
    return next((good for good in goods if buy(day, each, good)), None)


def _consume(day: MarketDay, each: Dweller, good: Good) -> bool:
    """Let someone use up one of something that they have, or buy; tell whether they could."""
    if not each.goods.get(good.item) and not buy(day, each, good):
        return False
    _use_up(day, each, good)
    return True


def _use_up(day: MarketDay, each: Dweller, good: Good) -> None:
    take(each.goods, good.item, 1)
    add(day.book.eaten, good.item, 1)


def _rethink_prices(day: MarketDay, merchant: Dweller) -> None:
    sold = day.sold.get(merchant.key, {})
    for good in sorted({*merchant.sales, *merchant.goods, *sold} & market.traded.keys()):
        merchant.sales[good] = latest_sales(merchant.sales.get(good, ()), sold.get(good, 0))
        merchant.modifiers[good] = adjusted(merchant.modifiers.get(good, 1.0), sum(merchant.sales[good]))
