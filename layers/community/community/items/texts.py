"""Phrases that messages about items are made of."""

from __future__ import annotations

from community.catalog.rules import article, plural
from community.items.models import Use


def so_many(use: Use, quantity: int | None = None) -> str:
    """What is used, with its number or its article."""
    name = use.item.public_name
    quantity = use.quantity if quantity is None else quantity
    return f"{article(name)} {name}" if quantity == 1 else f"{quantity} × {plural(name, quantity)}"
