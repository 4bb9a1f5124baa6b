"""Boxes that can be opened."""

from __future__ import annotations

from community.catalog.rules import display_name
from community.inventory.models import Inventory
from community.items.models import ItemUse, UseResult
from community.items.texts import name_with_quantity
from community.lootboxes import texts
from community.lootboxes.models import DropView, LootboxOpened, add_up, best_quality, total_value
from community.lootboxes.rules import open_boxes
from kernel.database import Tx


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Open the boxes and give the player what was in them.

    Raises:
        InventoryFull: one of the drops does not fit; the boxes stay closed.
    """
    state, today = item_use.user.state, tx.now.date()
    drops = add_up(
        drop
        for slot in item_use.taken
        for drop in open_boxes(item_use.item, slot.quantity, slot.quality, state, tx.rng)
    )
    inventory = item_use.user[Inventory]
    for drop in drops:
        inventory = inventory.give(drop.item.item_id, drop.quantity, drop.quality)
    user = item_use.user.having(inventory).record(
        LootboxOpened(
            user_id=item_use.user.id,
            item_name=item_use.item.internal_name,
            quantity=item_use.quantity,
            drops=tuple(
                DropView(item_name=drop.item.internal_name, quantity=drop.quantity, quality_level=drop.quality)
                for drop in drops
            ),
            value=total_value(drops),
            best=best_quality(drops),
            timestamp=int(tx.now.timestamp()),
        )
    )
    names = [display_name(drop.item, state.names, today, tx.rng) for drop in drops]
    message = texts.describe(name_with_quantity(item_use), item_use.quantity, drops, names)
    return UseResult(item_use.changed(user).players, item_use.quantity, message)
