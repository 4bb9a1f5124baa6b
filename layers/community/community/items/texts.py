"""Phrases for messages about items."""

from __future__ import annotations

from community.catalog.texts import one_or_counted
from community.items.models import ItemUse


def name_with_quantity(item_use: ItemUse, quantity: int | None = None) -> str:
    """Return the item's name with its quantity or its article."""
    return one_or_counted(item_use.item, item_use.quantity if quantity is None else quantity)
