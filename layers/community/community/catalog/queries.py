"""SQL on items, the database's copy of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from community.catalog.content import Item


def list_items(tx: Tx) -> Cursor:
    """Rows: `item_id`, `internal_name`."""
    return tx.execute("SELECT item_id, internal_name FROM items")


def release_names(tx: Tx, item_ids: Sequence[int]) -> None:
    """Free the internal names of renamed items until `upsert_item`, because two items may swap theirs."""
    tx.execute(
        "UPDATE items SET internal_name = internal_name || '#' || item_id WHERE item_id = ANY (%s)", (list(item_ids),)
    )


def upsert_item(tx: Tx, item: Item) -> None:
    tx.execute(
        """
        INSERT INTO items (item_id, internal_name, public_name, base_value, definition)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (item_id) DO UPDATE
        SET internal_name = excluded.internal_name, public_name = excluded.public_name,
            base_value = excluded.base_value, definition = excluded.definition
        """,
        (
            item.item_id,
            item.internal_name,
            item.written_name,
            item.base_value,
            Jsonb(item.model_dump(mode="json", by_alias=True)),
        ),
    )
