"""Who sells what to whom in a village: for coins, or for goods where there are none. Source: worlds 23.3."""

from __future__ import annotations

from math import ceil
from typing import Final

from worlds.economy import wealth
from worlds.economy.bartering import needed_ratio
from worlds.economy.content import Good, Use, market
from worlds.economy.day import MarketDay, trades
from worlds.economy.models import Dweller, add, take
from worlds.economy.prices import MERCHANTS, greed_factor

ASKED: Final = 2
"""Makers, and merchants, whom a buyer asks for their price."""
MAKERS: Final = (0.9, 1.1)
"""Of the usual price, that makers ask, by how kind they are; merchants ask by how much they sell."""
WHOLESALE: Final = 0.75
"""Of the usual price, that merchants pay to makers."""
STAKED: Final = 0.2
"""Of a merchant's coins, the most that goes into one kind of goods in a day."""
KEPT_MEALS: Final = 6
"""Of each kind of food, that people keep for themselves."""
KEPT_FUEL: Final = 2
INPUT_CRAFTS: Final = 3
"""Crafts for which people want to have what they need."""


def open_stalls(day: MarketDay) -> None:
    """Let everyone who has more of something than they need offer it."""
    for good in market.traded.values():
        sellers = [each for each in day.people if for_sale(each, good) > 0]
        day.stalls[good.item] = [each for each in sellers if not trades(each)]
        day.shops[good.item] = [each for each in sellers if trades(each)]


def for_sale(each: Dweller, good: Good) -> int:
    """Return how many of something someone can do without; below 0 where they need more."""
    kept = INPUT_CRAFTS * market.inputs[each.occupation].get(good.item, 0)
    if good.use is Use.TOOL:
        kept += 1
    elif not trades(each):
        kept += KEPT_MEALS if good.use in (Use.STAPLE, Use.RELISH) else KEPT_FUEL if good.use is Use.FUEL else 0
    return each.goods.get(good.item, 0) - kept


def buy(day: MarketDay, buyer: Dweller, good: Good, quantity: int = 1) -> int:
    """Let someone buy as many of something as they can pay and one seller has; return how many they get."""
    add(day.wanted, good.item, min(quantity, int(buyer.coins / day.usual[good.item])))
    found = _cheapest(day, buyer, good)
    if found is None:
        return 0
    seller, asked = found
    quantity = min(quantity, for_sale(seller, good), int(buyer.coins / asked))
    total = max(1, round(asked * quantity))
    if quantity < 1 or total > buyer.coins:
        return _barter(day, buyer, seller, good, asked)
    _sell(day, seller, buyer, good, quantity, total)
    if trades(seller):
        add(day.sold.setdefault(seller.key, {}), good.item, quantity)
    tax = min(seller.coins, day.about(total * wealth.TAX))
    seller.coins -= tax
    day.chest += tax
    day.book.taxes += tax
    return quantity


def stock_up(day: MarketDay, merchant: Dweller) -> None:
    """Let a merchant buy of makers, what is worth most first, until they have their share of what people want."""
    merchants = sum(trades(each) for each in day.people)
    for good in sorted(market.traded.values(), key=lambda good: -day.usual[good.item] * day.demand[good.item]):
        unit = max(1, round(day.usual[good.item] * WHOLESALE))
        wanted = int(day.demand[good.item] / 2 / merchants) - merchant.goods.get(good.item, 0)
        wanted = min(wanted, int(merchant.coins * STAKED / unit))
        maker = _met(day, day.stalls[good.item], good) if wanted > 0 else None
        if maker is not None:
            quantity = min(wanted, for_sale(maker, good))
            _sell(day, maker, merchant, good, quantity, unit * quantity)
            day.shops[good.item].append(merchant)


def buy_materials(day: MarketDay, each: Dweller) -> None:
    """Let someone get what the next crafts need, at two sellers or more where one has too little."""
    for item in market.occupations[each.occupation].crafts:
        for good, wanted in market.crafts[item].of.items():
            for _ in range(INPUT_CRAFTS):
                missing = INPUT_CRAFTS * wanted - each.goods.get(good, 0)
                if missing < 1 or not buy(day, each, market.goods[good], min(missing, 2 * wanted)):
                    break


def _cheapest(day: MarketDay, buyer: Dweller, good: Good) -> tuple[Dweller, float] | None:
    """Return who asks least of those whom a buyer meets, and how much for one."""
    best: tuple[Dweller, float] | None = None
    for sellers in (day.stalls[good.item], day.shops[good.item]):
        for _ in range(ASKED):
            seller = _met(day, sellers, good)
            if seller is None:
                break
            asked = _asked(day, seller, good)
            if seller is not buyer and (best is None or asked < best[1]):
                best = seller, asked
    return best


def _met(day: MarketDay, sellers: list[Dweller], good: Good) -> Dweller | None:
    """Return one who has something to sell; who has sold out closes."""
    while sellers:
        place = int(day.rng.random() * len(sellers))
        if for_sale(sellers[place], good) > 0:
            return sellers[place]
        sellers[place] = sellers[-1]
        sellers.pop()
    return None


def _asked(day: MarketDay, seller: Dweller, good: Good) -> float:
    low, high = MERCHANTS
    if trades(seller):
        factor = min(high, max(low, seller.modifiers.get(good.item, 1.0)))
    else:
        least, most = MAKERS
        factor = least + (most - least) * (greed_factor(seller.agreeableness) - low) / (high - low)
    return day.usual[good.item] * factor


def _barter(day: MarketDay, buyer: Dweller, seller: Dweller, good: Good, asked: float) -> int:
    """Let someone without coins offer what they have too much of."""
    needed = needed_ratio(0) * asked
    for own in market.traded.values():
        quantity = ceil(needed / day.usual[own.item])
        if own is not good and own.use is not None and for_sale(buyer, own) >= quantity:
            _hand_over(buyer, seller, own.item, quantity)
            _hand_over(seller, buyer, good.item, 1)
            day.book.barters += 1
            return 1
    return 0


def _sell(day: MarketDay, seller: Dweller, buyer: Dweller, good: Good, quantity: int, total: int) -> None:
    _hand_over(seller, buyer, good.item, quantity)
    buyer.coins -= total
    seller.coins += total
    day.book.trades += 1
    paid = day.paid.setdefault(good.item, [0, 0])
    paid[0] += total
    paid[1] += quantity


def _hand_over(giver: Dweller, taker: Dweller, good: str, quantity: int) -> None:
    take(giver.goods, good, quantity)
    add(taker.goods, good, quantity)
