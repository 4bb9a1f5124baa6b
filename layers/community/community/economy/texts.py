"""Messages about trades in the shop."""

from __future__ import annotations

from community.economy.models import Purchase, Sale


def sold(sale: Sale, item_name: str) -> str:
    return f"Sold {sale.quantity} × {item_name} for {sale.total} money."


def bought(purchase: Purchase, item_name: str) -> str:
    return f"Bought {purchase.quantity} × {item_name} for {purchase.total} money."
