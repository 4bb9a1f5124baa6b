"""Delivering items to players."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from community.deliveries.models import Deliveries, Delivery, DeliveryArrived
from community.inventory.models import STACK_LIMIT, Inventory, Quality, Slot
from community.players.models import Player


def receive(player: Player, slots: Iterable[Slot], source: str, now: datetime) -> Player:
    """Give a player items that cannot be refused. What does not fit joins earlier overflow from the same source."""
    inventory, rest = add_what_fits(player[Inventory], slots)
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
        inventory, rest = add_what_fits(inventory, delivery.slots)
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


def add_what_fits(inventory: Inventory, slots: Iterable[Slot]) -> tuple[Inventory, tuple[Slot, ...]]:
    """Add as much as fits. Returns the inventory and the remainder, with one slot per item and quality."""
    rest: Counter[tuple[int, Quality]] = Counter()
    for slot in slots:
        fits = min(slot.quantity, STACK_LIMIT - inventory.count(slot.item_id, slot.quality))
        inventory = inventory.give(slot.item_id, fits, slot.quality)
        if fits < slot.quantity:
            rest[slot.item_id, slot.quality] += slot.quantity - fits
    return inventory, tuple(Slot(item_id, quantity, quality) for (item_id, quality), quantity in rest.items())
