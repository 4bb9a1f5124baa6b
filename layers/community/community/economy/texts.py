"""Messages about trades in the shop."""

from __future__ import annotations

from community.catalog.content import Item
from community.catalog.texts import counted, money
from community.economy.models import Purchase, Sale
from kernel.texts import translate


def sold(sale: Sale, item: Item) -> str:
    return translate("Sold {things} for {money}.", things=counted(item, sale.quantity), money=money(sale.total))


def bought(purchase: Purchase, item: Item) -> str:
    things = counted(item, purchase.quantity)
    return translate("Bought {things} for {money}.", things=things, money=money(purchase.total))
