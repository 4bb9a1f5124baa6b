"""Reading and changing inventories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from community.catalog import service as catalog
from community.catalog.content import Item, items
from community.inventory.events import ItemAdded, ItemRemoved, ItemTransferred
from community.inventory.models import Inventory, Quality, Slot
from community.inventory.switches import GIFTS
from community.players import service as players
from community.players.models import Player, PlayerRef
from community.progression.keys import TreeNodeKey
from community.progression.models import CommunityState
from kernel.database import Tx
from kernel.errors import NotAllowed, Refused
from kernel.naming import NameIndex
from kernel.quantities import Wanted, resolve
from kernel.switches.service import require_on

FILTERS: Mapping[str, TreeNodeKey] = {
    "upgrade": "feature_filter_upgrade",
    "sellable": "feature_filter_sellable",
    "consumable": "feature_filter_consumable",
}
"""{filter: the node that unlocks it}"""
_FILTERS = NameIndex(str, [(name, name) for name in FILTERS])


class InvalidFilter(Refused):
    code = "invalid_filter"
    message = "There is no filter called {name}. Use upgrade, sellable or consumable."


class FilterLocked(NotAllowed):
    code = "filter_locked"
    message = "The community has not unlocked the filter {name} yet."


class SelfGift(Refused):
    code = "self_gift"
    message = "You cannot give something to yourself."


class NotGiveable(Refused):
    code = "validation"
    message = "{item} cannot be given away."


class Change(NamedTuple):
    """What an administrator has added to an inventory, or taken out of it."""

    item: Item
    quantity: int
    owner: Player


class Gift(NamedTuple):
    """What one player gave another, by their names."""

    item: Item
    quantity: int
    giver: str
    taker: str


def view(inventory: Inventory, state: CommunityState, wanted: str | None = None) -> list[tuple[Item, Slot]]:
    """List the items of an inventory that pass the filter, in slot order.

    Raises:
        InvalidFilter, FilterLocked
    """
    slots = [(items.stored(slot.item_id), slot) for slot in inventory.slots]
    if not wanted:
        return slots
    wanted = _FILTERS.find(wanted) or wanted
    if wanted not in FILTERS:
        raise InvalidFilter(name=wanted)
    if not state.has(FILTERS[wanted]):
        raise FilterLocked(name=wanted)
    return [(item, slot) for item, slot in slots if _passes(item, wanted)]


def _passes(item: Item, wanted: str) -> bool:
    return {"upgrade": item.upgradeable, "sellable": item.sellable, "consumable": item.consumable}[wanted]


def look(tx: Tx, owner: PlayerRef, wanted: str | None = None) -> tuple[Player, list[tuple[Item, Slot]]] | None:
    """Return a player with the filtered inventory; None for a stranger.

    Raises:
        InvalidFilter, FilterLocked
    """
    player, state = players.peek(tx, owner, only=(Inventory,))
    slots = view(player[Inventory] if player else Inventory(), state, wanted)
    return (player, slots) if player else None


def add_item(tx: Tx, owner: PlayerRef, item_name: str, quantity: int) -> Change:
    """Add COMMON items to a player's inventory on behalf of an administrator.

    Raises:
        ItemNotFound, UnknownPlayer, InventoryFull
    """
    item = catalog.resolve(item_name)
    player = players.load(tx, owner, anyone=True)
    player = player.having(player[Inventory].give(item.item_id, quantity)).record(
        ItemAdded(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=quantity,
            timestamp=int(tx.now.timestamp()),
        )
    )
    players.save(tx, player)
    return Change(item, quantity, player)


def remove_item(tx: Tx, owner: PlayerRef, item_name: str, wanted: Wanted, quality: Quality | None = None) -> Change:
    """Take up to `wanted` items, the lowest quality first.

    Args:
        quality: take only items of this quality; None for any.

    Raises:
        ItemNotFound, UnknownPlayer, NotInInventory
    """
    item = catalog.resolve(item_name)
    player = players.load(tx, owner, anyone=True)
    held = player[Inventory].count(item.item_id, quality)
    removed = min(held, resolve(wanted, held))
    inventory, _ = player[Inventory].take_lowest(item, removed, quality)
    player = player.having(inventory).record(
        ItemRemoved(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=removed,
            timestamp=int(tx.now.timestamp()),
        )
    )
    players.save(tx, player)
    return Change(item, removed, player)


def give_item(
    tx: Tx, owner: PlayerRef, receiver: PlayerRef, item_name: str, wanted: Wanted, quality: Quality | None = None
) -> Gift:
    """Move items from one player to another, each with its quality, the lowest first.

    Args:
        quality: give only items of this quality; None for any.

    Raises:
        ItemNotFound, UnknownPlayer, AccountExcluded, SelfGift, NotGiveable, NotInInventory, NotEnoughItems,
        InventoryFull
    """
    require_on(tx, GIFTS)
    item = catalog.resolve(item_name)
    giver, taker = (
        players.require_included(players.require_known(tx, player, ref))
        for player, ref in zip(players.load_all(tx, (owner, receiver)), (owner, receiver), strict=True)
    )
    if giver.id == taker.id:
        raise SelfGift
    if not (item.tradeable or item.is_money):
        raise NotGiveable(item=item.public_name)
    quantity = resolve(wanted, giver[Inventory].count(item.item_id, quality))
    kept, given = giver[Inventory].take_lowest(item, quantity, quality)
    giver = giver.having(kept).record(
        ItemTransferred(
            user_id=giver.id,
            receiver_id=taker.id,
            item_name=item.internal_name,
            quantity=quantity,
            timestamp=int(tx.now.timestamp()),
        )
    )
    taker = taker.having(taker[Inventory].give_all(given))
    players.save(tx, giver, taker)
    return Gift(item, quantity, giver.username, taker.username)
