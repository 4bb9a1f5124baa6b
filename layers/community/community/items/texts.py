"""Phrases for messages about items."""

from __future__ import annotations

from community.catalog.texts import one_or_counted, used_by
from community.items.models import ItemUse


def reason(item_use: ItemUse, platform: str) -> str:
    """Return why someone is silent or not, as everyone may read it."""
    return used_by(item_use.item, item_use.quantity, item_use.user.links[platform].username)


def name_with_quantity(item_use: ItemUse, quantity: int | None = None) -> str:
    """Return the item's name with its quantity or its article."""
    return one_or_counted(item_use.item, item_use.quantity if quantity is None else quantity)
