"""Reading and withdrawing pending deliveries."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from msgspec.structs import replace

from community.deliveries import queries
from community.deliveries.models import Deliveries, Delivery
from community.deliveries.part import parse
from community.inventory.models import Slot
from community.players.models import Fact, Player
from kernel.database import Tx

_NAME: LiteralString = "pending_deliveries"

SEND: LiteralString = queries.INSERT
"""The beginning of a statement that sends deliveries; a SELECT of these columns follows."""


def sent_by(source: str) -> Fact:
    """Fact for `pending`: all deliveries that a feature has sent to a player, due or not."""
    return Fact(
        _NAME,
        "SELECT " + queries.COLUMNS + " FROM deliveries d WHERE d.user_id = u.user_id AND d.source = %s",
        (source,),
    )


def awaiting(tx: Tx, source: str, item_ids: Sequence[int]) -> list[UUID]:
    """List the players for whom a feature has sent one of these items, which is not due yet."""
    return [row["user_id"] for row in queries.list_users_awaiting(tx, source, item_ids)]


def pending(player: Player, now: datetime) -> list[Delivery]:
    """List deliveries that have not arrived yet, the earliest first, with what remains of those that wait for room.

    Args:
        player: loaded with `sent_by`.
    """
    received = player[Deliveries].received
    found: list[Delivery] = []
    for delivery in parse(player.facts.get(_NAME)):
        if delivery.due_at > now:
            found.append(delivery)
        elif rest := received.get(delivery.delivery_id, delivery.slots):
            found.append(replace(delivery, slots=rest, overflow=True))
    return found


def take_waiting(player: Player, item_id: int, most: int) -> tuple[Player, int]:
    """Take items out of what waits for room, whichever feature sent it; return the number taken."""
    deliveries = player[Deliveries]
    received = dict(deliveries.received)
    left = most
    for delivery in deliveries.due:
        kept: list[Slot] = []
        for slot in received.get(delivery.delivery_id, delivery.slots):
            taken = min(slot.quantity, left) if slot.item_id == item_id else 0
            left -= taken
            if taken < slot.quantity:
                kept.append(slot._replace(quantity=slot.quantity - taken))
        if tuple(kept) != delivery.slots:
            received[delivery.delivery_id] = tuple(kept)
    return player.having(dataclasses.replace(deliveries, received=received)), most - left


def withdraw(player: Player, delivery: Delivery) -> Player:
    """Delete a delivery that is not due yet. Its player is locked."""
    deliveries = player[Deliveries]
    return player.having(dataclasses.replace(deliveries, received={**deliveries.received, delivery.delivery_id: ()}))
