"""Items that produce other items."""

from __future__ import annotations

from community.catalog.content import items
from community.catalog.texts import counted
from community.inventory.models import Inventory
from community.items.models import ItemUse, UseResult
from kernel.database import Tx
from kernel.texts import translate


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Turn the items into the item that they produce.

    Raises:
        InventoryFull
    """
    config = item_use.item.handler_config
    assert config.item is not None  # the content checks ensure it
    made = items.by_name[config.item]
    quantity = config.quantity * item_use.quantity
    user = item_use.user.having(item_use.user[Inventory].give(made.item_id, quantity))
    message = translate(
        "The {item} brings up {things}.", item=item_use.item.public_name, things=counted(made, quantity)
    )
    return UseResult(item_use.changed(user).players, item_use.quantity, message)
