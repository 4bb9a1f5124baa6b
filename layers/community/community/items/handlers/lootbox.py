"""Boxes, opened for what is in them."""

from __future__ import annotations

from community.catalog.rules import display_name
from community.inventory.models import Inventory
from community.items.models import Use, Used
from community.items.texts import so_many
from community.lootboxes import texts
from community.lootboxes.models import DropView, LootboxOpened, best_quality, total_value
from community.lootboxes.rules import open_boxes
from kernel.database import Tx


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        InventoryFull: one of the drops does not fit; the boxes stay closed.
    """
    state, today = use.user.state, tx.now.date()
    drops = open_boxes(use.item, use.quantity, use.slot.quality, state, tx.rng)
    inventory = use.user[Inventory]
    for drop in drops:
        inventory = inventory.give(drop.item.item_id, drop.quantity, drop.quality)
    user = use.user.having(inventory).record(
        LootboxOpened(
            user_id=use.user.id,
            item_name=use.item.internal_name,
            quantity=use.quantity,
            drops=tuple(
                DropView(item_name=drop.item.internal_name, quantity=drop.quantity, quality_level=drop.quality)
                for drop in drops
            ),
            value=total_value(drops),
            best=best_quality(drops),
            timestamp=int(tx.now.timestamp()),
        )
    )
    names = {
        drop.item.internal_name: display_name(drop.item, drop.quality, state.names, today, tx.rng) for drop in drops
    }
    message = texts.describe(so_many(use), use.quantity, drops, names)
    return Used(use.changed(user).players, use.quantity, message)
