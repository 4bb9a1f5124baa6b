"""Prices. Source: rules 7 and 24.1."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from community.catalog.content import Item
from community.catalog.texts import money
from community.configs import shipped
from community.economy.ceilings import ceilings_of
from community.economy.content import WeeklySale
from community.economy.models import InsufficientFunds, NotBuyable, NotSellable, Purchase, Sale
from kernel.quantities import MOST, Wanted, resolve

RESALE_RATIO = Fraction(2, 5)
SALE_WEEKS = 4


def resale_price(item: Item, economy_bonus: Fraction = Fraction(1)) -> int:
    """Return what the shop pays for one item, before the seller's own bonus.

    Source: rules 7: 40 %, truncated before and after the community's bonus. No bonus lifts it above the item's ceiling.
    """
    return ceilings_of(shipped).at_most(item, int(int(item.base_value * RESALE_RATIO) * economy_bonus))


def quote_sale(item: Item, held: int, wanted: int, *, unit_price: int, merchant_bonus: Fraction = Fraction(0)) -> Sale:
    """Calculate a sale without changing anything.

    Args:
        held: how many the seller has.
        wanted: items offered, at least 1. More than held means all that is held.
        unit_price: the shop's price for one, as listed.
        merchant_bonus: the seller's share on top, e.g. 1/20.

    Raises:
        NotSellable: the catalogue keeps this item out of the shop.
    """
    if not item.sellable:
        raise NotSellable(item=item.public_name)
    quantity = min(wanted, held)
    each = ceilings_of(shipped).at_most(item, int(unit_price * (1 + merchant_bonus)))
    return Sale(quantity, each, quantity * each)


def quote_purchase(
    item: Item, balance: int, wanted: Wanted, *, unit_price: int, merchant_bonus: Fraction = Fraction(0)
) -> Purchase:
    """Calculate a purchase without changing anything: as many of the wanted items as the balance pays for.

    Args:
        balance: the buyer's money.
        wanted: a share is one of what the balance pays for.
        unit_price: the shop's price for one, after the week's discount.
        merchant_bonus: the buyer's share off, e.g. 1/20.

    Raises:
        NotBuyable: the shop does not carry this item.
        InsufficientFunds: the balance does not pay for one.
    """
    if not item.buyable:
        raise NotBuyable(item=item.public_name)
    each = int(unit_price * (1 - merchant_bonus))
    affordable = MOST if each == 0 else balance // each
    quantity = resolve(wanted, affordable)
    quantity = quantity if each == 0 else min(quantity, affordable)
    if quantity == 0:
        raise InsufficientFunds(item=item.public_name, price=money(each), balance=balance)
    return Purchase(quantity, each, quantity * each)


def discounted_price(item: Item, sale: WeeklySale | None) -> int:
    """Return the item's price under the week's sale, which is None in a week without one."""
    return item.base_value if sale is None else sale.price(item)


def week_offset(now: datetime) -> int:
    """Return the current week of the sales schedule, 0 to 3."""
    return (now.isocalendar().week - 1) % SALE_WEEKS
