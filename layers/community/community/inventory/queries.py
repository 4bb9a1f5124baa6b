"""SQL on user_inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from community.catalog.content import items
from kernel.database import Tx

if TYPE_CHECKING:
    from community.inventory.models import Inventory

INVENTORY_OF_PLAYER: LiteralString = "SELECT i.inventory_data FROM user_inventory i WHERE i.user_id = u.user_id"
"""SQL expression over `u`, a row of users."""


OWNED: LiteralString = """
    EXISTS (SELECT FROM user_inventory WHERE inventory_data @>
            jsonb_build_object('slots', jsonb_build_array(jsonb_build_object('item_id', %s::int))))
"""
"""SQL expression: whether any player owns an item. Its parameter is the item's id."""


def insert_inventory(tx: Tx, user_id: UUID, inventory: Inventory) -> None:
    money = inventory.count(items.money.item_id)
    tx.execute(
        "INSERT INTO user_inventory (user_id, inventory_data, money, items, updated_at) VALUES (%s, %s, %s, %s, %s)",
        (user_id, Jsonb(inventory.as_json()), money, inventory.total() - money, tx.now),
    )


def update_inventory(tx: Tx, user_id: UUID, inventory: Inventory) -> None:
    money = inventory.count(items.money.item_id)
    tx.execute(
        "UPDATE user_inventory SET inventory_data = %s, money = %s, items = %s, updated_at = %s WHERE user_id = %s",
        (Jsonb(inventory.as_json()), money, inventory.total() - money, tx.now, user_id),
    )
