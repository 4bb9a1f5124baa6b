"""Phrases for messages about items."""

from __future__ import annotations

from community.catalog.rules import article, plural
from community.items.models import ItemUse


def name_with_quantity(item_use: ItemUse, quantity: int | None = None) -> str:
    """Return the item's name with its quantity or its article."""
    name = item_use.item.public_name
    quantity = item_use.quantity if quantity is None else quantity
    return f"{article(name)} {name}" if quantity == 1 else f"{quantity} × {plural(name, quantity)}"
