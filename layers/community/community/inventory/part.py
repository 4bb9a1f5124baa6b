"""A player's inventory."""

from __future__ import annotations

from uuid import UUID

from community.inventory import queries
from community.inventory.models import Inventory
from community.players.part import Column, Part
from kernel.database import Tx


def _save(tx: Tx, user_id: UUID, now: Inventory, before: Inventory | None) -> None:
    if before is None:
        queries.insert_inventory(tx, user_id, now)
    else:
        queries.update_inventory(tx, user_id, now)


INVENTORY = Part(
    holds=Inventory,
    save=_save,
    # What does not fit becomes a delivery: `deliveries.part`.
    merge=lambda keeper, other, state: keeper.give_what_fits(other.slots)[0],
    column=Column("inventory", queries.INVENTORY_OF_PLAYER, Inventory.from_json),
    joined=True,
    tables=("user_inventory",),
)
