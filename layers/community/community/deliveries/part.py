"""Deliveries to a player.

Loading a player also loads due deliveries, and the player's next action delivers them in its transaction. A clock
delivers them to inactive players.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community.deliveries import queries, rules
from community.deliveries.models import Deliveries, Delivery
from community.inventory.models import Inventory, Quality, Slot
from community.players.part import Column, Part, Rows
from kernel.database import Tx


def parse(rows: Sequence[Sequence[Any]] | None) -> tuple[Delivery, ...]:
    """Parse what `queries.COLUMNS` reads; the earliest first."""
    deliveries = [
        Delivery(
            delivery_id=UUID(delivery_id),
            source=source,
            slots=tuple(Slot(item_id, quantity, Quality(quality)) for item_id, quantity, quality in slots),
            details=details,
            sent_at=datetime.fromisoformat(sent_at),
            due_at=datetime.fromisoformat(due_at),
            overflow=overflow,
        )
        for delivery_id, source, slots, details, sent_at, due_at, overflow in rows or ()
    ]
    return tuple(sorted(deliveries, key=lambda delivery: (delivery.due_at, delivery.delivery_id)))


def _save(tx: Tx, user_id: UUID, now: Deliveries, before: Deliveries | None) -> None:
    for delivery_id, rest in now.received.items():
        if rest:
            queries.update_remaining(tx, delivery_id, rest)
        else:
            queries.delete_delivery(tx, delivery_id)
    for delivery in now.sent:
        queries.insert_delivery(tx, user_id, delivery)


DELIVERIES = Part(
    holds=Deliveries,
    save=_save,
    merge=lambda keeper, other, state: keeper.merge(other),
    column=Column("deliveries", queries.DUE, lambda rows: Deliveries(due=parse(rows))),
    transient=True,
    on_load=rules.hand_over,
    on_merge=rules.keep_merge_overflow,
    changes=frozenset({Inventory}),
    rows=Rows(("deliveries",), queries.move_deliveries),
)
