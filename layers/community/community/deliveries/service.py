"""Sending, and taking in what has arrived. A player's load brings along what is due: whatever they do next hands it
over, in that action's transaction; for those who do nothing a clock does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community.deliveries import queries, rules
from community.deliveries.models import Delivery
from community.inventory.models import Inventory, Quality, Slot
from kernel.database import Tx


def from_json(rows: Sequence[Sequence[Any]] | None) -> tuple[Delivery, ...]:
    """From what `queries.COLUMNS` reads; the earliest first."""
    deliveries = [
        Delivery(
            delivery_id=UUID(delivery_id),
            source=source,
            slots=tuple(Slot(item_id, quantity, Quality(quality)) for item_id, quantity, quality in slots),
            details=details,
            sent_at=datetime.fromisoformat(sent_at),
            due_at=datetime.fromisoformat(due_at),
            no_room=no_room,
        )
        for delivery_id, source, slots, details, sent_at, due_at, no_room in rows or ()
    ]
    return tuple(sorted(deliveries, key=lambda delivery: (delivery.due_at, delivery.delivery_id)))


def hand_over(inventory: Inventory, due: Sequence[Delivery]) -> tuple[Inventory, dict[UUID, tuple[Slot, ...]]]:
    """
    Returns:
        The inventory with all there was room for, and {delivery: what is left of it} for those that have changed.
    """
    received: dict[UUID, tuple[Slot, ...]] = {}
    for delivery in due:
        inventory, rest = rules.put_in(inventory, delivery.slots)
        if not (delivery.no_room and rest == delivery.slots):
            received[delivery.delivery_id] = rest
    return inventory, received


def save(tx: Tx, user_id: UUID, sent: Sequence[Delivery], received: Mapping[UUID, tuple[Slot, ...]]) -> None:
    for delivery_id, rest in received.items():
        if rest:
            queries.update_rest(tx, delivery_id, rest)
        else:
            queries.delete_delivery(tx, delivery_id)
    for delivery in sent:
        queries.insert_delivery(tx, user_id, delivery)


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """All that is on its way to one player goes to another."""
    queries.move_deliveries(tx, from_id, to_id)
