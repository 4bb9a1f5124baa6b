"""Using items. What each kind does is in `handlers`, one file for each."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from community.catalog import service as catalog
from community.inventory.models import Inventory, NotEnoughItems, NotInInventory
from community.items.handlers.table import HANDLERS
from community.items.models import ItemUsed, NoEffect, Reach, Use, Used, Wish
from community.players import service as players
from community.players.models import Player, PlayerRef
from community.progression.models import ItemLocked
from community.progression.rules import item_unlocked
from kernel.database import Tx


def use_item(tx: Tx, user: PlayerRef, item_name: str, quantity: int, target: str | None = None) -> Used:
    """Let an item do what it does, and announce it.

    Raises:
        ItemNotFound, NoEffect, UnknownPlayer, ItemLocked, NotInInventory, NotEnoughItems, InventoryFull, and what
        the item's handler says.
    """
    item = catalog.resolve(item_name)
    handler = HANDLERS.get(item.handler) if item.handler else None
    if handler is None:
        raise NoEffect(item=item.public_name)
    wish = Wish(item, user, quantity, target)
    use = _ready(tx, wish, handler.reach(tx, wish))
    used = handler.use(tx, use)
    player = used.players[use.user.id]
    player = player.having(player[Inventory].give(item.item_id, quantity - used.consumed, use.slot.quality)).record(
        ItemUsed(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=used.consumed,
            target=target,
            timestamp=int(tx.now.timestamp()),
        )
    )
    concerned: Mapping[UUID, Player] = {**used.players, player.id: player}
    players.save(tx, *concerned.values())
    return used


def _ready(tx: Tx, wish: Wish, reach: Reach) -> Use:
    """Everybody is there, and the items are in the user's hand."""
    refs = (wish.user, reach.named) if reach.named else (wish.user,)
    named, crowd, state = players.load_crowd(tx, refs, reach.crowd, *reach.facts)
    user, *targets = (players.known(player, ref) for player, ref in zip(named, refs, strict=True))
    if not item_unlocked(state, wish.item):
        raise ItemLocked(item=wish.item.public_name)
    slot = user[Inventory].pick_slot(wish.item.item_id, tx.rng)
    if slot is None:
        raise NotInInventory(item=wish.item.public_name)
    if slot.quantity < wish.quantity:
        raise NotEnoughItems(item=wish.item.public_name, wanted=wish.quantity, held=slot.quantity)
    user = user.having(user[Inventory].take(slot, wish.quantity))
    everybody = {player.id: player for player in (*crowd, *targets, user)}
    return Use(wish, slot, user, targets[0] if targets else None, tuple(crowd), everybody)
