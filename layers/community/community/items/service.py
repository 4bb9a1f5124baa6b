"""Using items. The effect of each kind is in `handlers`, one file per kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from uuid import UUID

from community.catalog import service as catalog
from community.inventory.models import Inventory, Quality, split
from community.items.events import ItemUsed
from community.items.handlers.table import HANDLERS
from community.items.models import ItemUse, NoEffect, Targeting, UseRequest, UseResult
from community.items.switches import ITEM_USE
from community.players import service as players
from community.players.models import Player, PlayerRef
from community.progression.models import ItemLocked
from community.progression.rules import item_unlocked
from kernel.database import Tx
from kernel.naming import visible
from kernel.quantities import MOST, Wanted, resolve
from kernel.switches.service import require_on


def use_item(
    tx: Tx,
    user: PlayerRef,
    item_name: str,
    quantity: Wanted,
    target: str | None = None,
    quality: Quality | None = None,
    target_account: PlayerRef | None = None,
) -> UseResult:
    """Use items, the lowest quality first, and announce it.

    Args:
        quality: use only items of this quality; None for any.
        target: a player's name, a job or an effect, depending on the item.
        target_account: the player's account, which wins over a name.

    Raises:
        ItemNotFound, NoEffect, UnknownPlayer, AccountExcluded, ItemLocked, NotInInventory, NotEnoughItems,
        InventoryFull, and the errors of the item's handler.
    """
    item = catalog.resolve(item_name)
    handler = HANDLERS.get(item.handler) if item.handler and not item.retired else None
    if handler is None:
        raise NoEffect(item=item.public_name)
    require_on(tx, ITEM_USE, *handler.switches)
    request = UseRequest(item, user, quantity, target, quality, target_account)
    item_use = _prepare(tx, request, handler.choose_targets(tx, request))
    result = handler.use(tx, item_use)
    player = result.players[item_use.user.id]
    _, unused = split(item_use.taken, result.consumed)
    player = player.having(player[Inventory].give_all(unused)).record(
        ItemUsed(
            user_id=player.id,
            username=player.links[user.platform].username,
            platform=user.platform,
            item_name=item.internal_name,
            quantity=result.consumed,
            target=_known_name(item_use),
            timestamp=int(tx.now.timestamp()),
        )
    )
    concerned: Mapping[UUID, Player] = {**result.players, player.id: player}
    players.save(tx, *concerned.values())
    return result


def _known_name(item_use: ItemUse) -> str | None:
    """Return the target as the game knows it, or else in plain letters.

    Forgetting a player looks for stored names, and would not find one that was typed in letters of another width.
    """
    request = item_use.request
    if item_use.target is not None:
        return item_use.target.name_on(request.user.platform)
    return request.target and unicodedata.normalize("NFKC", visible(request.target))


def _prepare(tx: Tx, request: UseRequest, targeting: Targeting) -> ItemUse:
    """Load all players and take the items from the user's inventory."""
    refs = (request.user, targeting.named) if targeting.named else (request.user,)
    named, crowd, state = players.load_crowd(tx, refs, targeting.crowd, *targeting.facts)
    user, *targets = (
        players.require_included(players.require_known(tx, player, ref))
        for player, ref in zip(named, refs, strict=True)
    )
    if not item_unlocked(state, request.item):
        raise ItemLocked(item=request.item.public_name)
    held = user[Inventory].count(request.item.item_id, request.quality)
    quantity = resolve(request.quantity, held, most=MOST)
    inventory, taken = user[Inventory].take_lowest(request.item, quantity, request.quality)
    user = user.having(inventory)
    hit = tuple(player for player in crowd if not player.excluded)
    everyone = {player.id: player for player in (*hit, *targets, user)}
    return ItemUse(request, taken, user, targets[0] if targets else None, hit, everyone)
