"""Handing over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from community.deliveries.models import Delivery
from community.inventory.models import STACK_LIMIT, Inventory, Quality, Slot
from community.players.models import Player


def receive(player: Player, slots: Iterable[Slot], source: str, now: datetime) -> Player:
    """For what nobody may refuse: what there is no room for waits until there is, with what waits from that source
    already."""
    inventory, rest = put_in(player.inventory, slots)
    player = player.with_inventory(inventory)
    return player.send(Delivery(uuid5(player.id, source), source, rest, now, now, no_room=True)) if rest else player


def put_in(inventory: Inventory, slots: Iterable[Slot]) -> tuple[Inventory, tuple[Slot, ...]]:
    """As much as there is room for, and what is left over: one slot for each item and quality."""
    rest: Counter[tuple[int, Quality]] = Counter()
    for slot in slots:
        fits = min(slot.quantity, STACK_LIMIT - inventory.count(slot.item_id, slot.quality))
        inventory = inventory.give(slot.item_id, fits, slot.quality)
        if fits < slot.quantity:
            rest[slot.item_id, slot.quality] += slot.quantity - fits
    return inventory, tuple(Slot(item_id, quantity, quality) for (item_id, quality), quantity in rest.items())
