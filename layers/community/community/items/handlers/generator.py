"""Items that turn into others."""

from __future__ import annotations

from community.catalog.content import items
from community.catalog.rules import plural
from community.inventory.models import Inventory
from community.items.models import Use, Used
from kernel.database import Tx


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        InventoryFull
    """
    config = use.item.handler_config
    assert config.item is not None  # the content sees to it
    made = items.by_name[config.item]
    quantity = config.quantity * use.quantity
    user = use.user.having(use.user[Inventory].give(made.item_id, quantity))
    message = f"The {use.item.public_name} brings up {quantity} × {plural(made.public_name, quantity)}."
    return Used(use.changed(user).players, use.quantity, message)
