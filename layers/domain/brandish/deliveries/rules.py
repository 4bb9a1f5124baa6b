"""Handing over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from brandish.deliveries.models import Delivery
from brandish.inventory.models import STACK_LIMIT, Inventory, Slot
from brandish.players.models import Player


def receive(player: Player, slots: Iterable[Slot], source: str, now: datetime) -> Player:
    """For what nobody may refuse: what there is no room for waits until there is."""
    inventory, rest = put_in(player.inventory, slots)
    player = player.with_inventory(inventory)
    return player.send(Delivery(uuid4(), source, rest, now, now, no_room=True)) if rest else player


def put_in(inventory: Inventory, slots: Iterable[Slot]) -> tuple[Inventory, tuple[Slot, ...]]:
    """As much as there is room for, and what is left over."""
    rest: list[Slot] = []
    for slot in slots:
        fits = min(slot.quantity, STACK_LIMIT - inventory.count(slot.item_id, slot.quality))
        inventory = inventory.give(slot.item_id, fits, slot.quality)
        if fits < slot.quantity:
            rest.append(slot._replace(quantity=slot.quantity - fits))
    return inventory, tuple(rest)
