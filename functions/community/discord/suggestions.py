"""Autocomplete suggestions. One round trip each."""

from __future__ import annotations

from collections.abc import Callable

from community.catalog.content import Item
from community.catalog.content import items as all_items
from community.catalog.item_names import typed_names
from community.catalog.texts import counted
from community.inventory.models import Inventory
from community.players import service as players
from doors.discord.commands import Suggest
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice
from functions.community.discord.players import player_of
from kernel.database import Tx


def owned(wanted: Callable[[Item], bool] = lambda item: True) -> Suggest:
    """Of the caller's items, those that are `wanted`, in the order of the inventory."""

    def suggest(call: Interaction, tx: Tx) -> list[Choice]:
        player, _ = players.peek(tx, player_of(call))
        if player is None:
            return []
        ids = dict.fromkeys(slot.item_id for slot in player[Inventory].slots)
        items = [item for item in map(all_items.stored, ids) if wanted(item)]
        return [item_choice(item, player[Inventory].count(item.item_id)) for item in items]

    return suggest


def item_choice(item: Item, quantity: int | None = None) -> Choice:
    """Return an item as a choice that is found by all names of the item, with the quantity if there is one."""
    shown = item.public_name if quantity is None else counted(item, quantity)
    return Choice(shown, item.public_name, words=typed_names(item))
