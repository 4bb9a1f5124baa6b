"""SQL on deliveries. Writers hold the lock of the row's player."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from community.deliveries.models import Delivery
    from community.inventory.models import Slot

COLUMNS: LiteralString = """
    json_agg(json_build_array(d.delivery_id, d.source, d.slots, d.details, d.sent_at, d.due_at, d.no_room))
"""
"""Column over `deliveries d`, for `part.parse`."""

DUE: LiteralString = "SELECT " + COLUMNS + " FROM deliveries d WHERE d.user_id = u.user_id AND d.due_at <= %s"
"""SQL expression over `u`, a row of users. Its parameter is the current time."""


ON_THE_WAY: LiteralString = """
    EXISTS (SELECT FROM deliveries CROSS JOIN (SELECT jsonb_build_object('id', %s::int) AS item) AS wanted
            WHERE jsonb_path_exists(slots, '$[*][0] ? (@ == $id)', item)
               OR jsonb_path_exists(details, '$.consumed[*][0] ? (@ == $id)', item))
"""
"""SQL expression: whether an item is on its way to any player, or was used for what is. Its parameter is its id."""


INSERT: LiteralString = "INSERT INTO deliveries (delivery_id, user_id, source, slots, sent_at, due_at) "


def insert_delivery(tx: Tx, user_id: UUID, delivery: Delivery) -> None:
    """Insert a delivery, or add its slots to the existing one with the same id."""
    tx.execute(
        """
        INSERT INTO deliveries AS waiting (delivery_id, user_id, source, slots, details, sent_at, due_at, no_room)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (delivery_id) DO UPDATE SET slots = waiting.slots || excluded.slots
        """,
        (
            delivery.delivery_id,
            user_id,
            delivery.source,
            _json(delivery.slots),
            Jsonb(delivery.details),
            delivery.sent_at,
            delivery.due_at,
            delivery.overflow,
        ),
    )


def update_remaining(tx: Tx, delivery_id: UUID, rest: Sequence[Slot]) -> None:
    tx.execute(
        "UPDATE deliveries SET slots = %s, no_room = true WHERE delivery_id = %s",
        (_json(rest), delivery_id),
    )


def delete_delivery(tx: Tx, delivery_id: UUID) -> None:
    tx.execute("DELETE FROM deliveries WHERE delivery_id = %s", (delivery_id,))


def list_due_users(tx: Tx, limit: int) -> Cursor:
    """Return rows with `user_id`, those who have waited longest first."""
    return tx.execute(
        """
        SELECT user_id FROM deliveries WHERE due_at <= %s AND NOT no_room
        GROUP BY user_id ORDER BY min(due_at) LIMIT %s
        """,
        (tx.now, limit),
    )


def list_users_awaiting(tx: Tx, source: str, item_ids: Sequence[int]) -> Cursor:
    """Return rows with `user_id`: players with a delivery from the source that is not due and has one of the items."""
    return tx.execute(
        """
        SELECT DISTINCT user_id FROM deliveries d
        WHERE source = %s AND due_at > %s
          AND EXISTS (SELECT FROM jsonb_array_elements(d.slots) AS slot WHERE (slot -> 0)::integer = ANY (%s))
        """,
        (source, tx.now, list(item_ids)),
    )


def move_deliveries(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE deliveries SET user_id = %s WHERE user_id = %s", (to_id, from_id))


def _json(slots: Sequence[Slot]) -> Jsonb:
    rows: list[list[Any]] = [list(slot) for slot in slots]
    return Jsonb(rows)
