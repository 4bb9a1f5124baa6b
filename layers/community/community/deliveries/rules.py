"""Delivering items to players."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from community.deliveries.models import Deliveries, Delivery, DeliveryArrived
from community.inventory.models import Inventory, Slot
from community.players.models import Player

MERGE = "merge"
"""Source of the deliveries that carry what did not fit when two players were merged."""


def receive(player: Player, slots: Iterable[Slot], source: str, now: datetime) -> Player:
    """Give a player items that cannot be refused. What does not fit joins earlier overflow from the same source."""
    inventory, rest = player[Inventory].give_what_fits(slots)
    player = player.having(inventory)
    waiting = Delivery(uuid5(player.id, source), source, rest, now, now, overflow=True)
    return send(player, waiting) if rest else player


def send(player: Player, delivery: Delivery) -> Player:
    """Add a delivery to the player."""
    deliveries = player[Deliveries]
    return player.having(replace(deliveries, sent=(*deliveries.sent, delivery)))


def hand_over(player: Player) -> Player:
    """Deliver everything that is due, before the player's action."""
    due = player[Deliveries].due
    if not due:
        return player
    inventory = player[Inventory]
    received: dict[UUID, tuple[Slot, ...]] = {}
    for delivery in due:
        inventory, rest = inventory.give_what_fits(delivery.slots)
        if not (delivery.overflow and rest == delivery.slots):
            received[delivery.delivery_id] = rest
    player = player.having(inventory).having(Deliveries(received=received))
    for delivery in due:
        if not delivery.overflow:
            player = player.record(
                DeliveryArrived(
                    user_id=player.id,
                    delivery_id=delivery.delivery_id,
                    source=delivery.source,
                    details=dict(delivery.details),
                )
            )
    return player


def keep_merge_overflow(merged: Player, keeper: Player, other: Player, now: datetime) -> Player:
    """Send the merged player what did not fit when the other player's items were added to the keeper's."""
    _, rest = keeper[Inventory].give_what_fits(other[Inventory].slots)
    return receive(merged, rest, MERGE, now)


def merge_overflow(player: Player) -> tuple[Slot, ...]:
    """Return what did not fit when the player was merged with another in this action."""
    return tuple(slot for each in player[Deliveries].sent if each.source == MERGE for slot in each.slots)
