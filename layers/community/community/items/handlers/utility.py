"""Items that only produce a message."""

from __future__ import annotations

from community.catalog.english import plural
from community.items.models import ItemUse, UseResult
from kernel.database import Tx


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    name = plural(item_use.item.public_name, item_use.quantity)
    return UseResult(
        item_use.players, item_use.quantity, f"You put {item_use.quantity} × {name} to use. It felt right."
    )
