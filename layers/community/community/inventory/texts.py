"""Messages to administrators who changed an inventory."""

from __future__ import annotations

from community.catalog.content import Item


def added(quantity: int, item: Item, owner: str) -> str:
    return f"Added {quantity} × {item.public_name} to {owner}'s inventory."


def removed(quantity: int, item: Item, owner: str) -> str:
    return f"Removed {quantity} × {item.public_name} from {owner}'s inventory."
