"""The shop."""

from __future__ import annotations

from fractions import Fraction

from community.catalog import service as catalog
from community.catalog.content import Item, items
from community.economy import rules
from community.economy.content import WeeklySale, weekly_sales
from community.economy.events import ItemBought, ItemSold
from community.economy.models import Purchase, Sale
from community.economy.switches import SHOP
from community.inventory.models import Inventory, Quality
from community.jobs.content import jobs
from community.jobs.models import Jobs
from community.players import service as players
from community.players.models import Player, PlayerRef
from community.progression.keys import TreeNodeKey
from community.progression.models import CommunityState, ItemLocked
from community.progression.rules import item_unlocked, modified, require_feature
from kernel.database import Tx
from kernel.quantities import Wanted, resolve
from kernel.switches.service import require_on

FEATURE: TreeNodeKey = "feature_economy"
SALE_FEATURE: TreeNodeKey = "feature_weekly_discount"


def sell_item(tx: Tx, seller: PlayerRef, item_name: str, wanted: Wanted, quality: Quality | None = None) -> Sale:
    """Sell up to `wanted` of a player's items to the shop, the lowest quality first, and announce it.

    Args:
        quality: sell only items of this quality; None for any. The price is the same for all.

    Raises:
        ItemNotFound, UnknownPlayer, FeatureLocked, NotSellable, NotInInventory, InventoryFull
    """
    item = catalog.resolve(item_name)
    player = players.load(tx, seller)
    require_feature(player.state, FEATURE)
    require_on(tx, SHOP)
    held = player[Inventory].count(item.item_id, quality)
    sale = rules.quote_sale(
        item,
        held,
        resolve(wanted, held),
        unit_price=resale_price(player.state, item),
        merchant_bonus=merchant_bonus(player),
    )
    inventory, _ = player[Inventory].take_lowest(item, sale.quantity, quality)
    player = player.having(inventory.give(items.money.item_id, sale.total)).record(
        ItemSold(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=sale.quantity,
            money_gained=sale.total,
            timestamp=int(tx.now.timestamp()),
        )
    )
    players.save(tx, player)
    return sale


def buy_item(tx: Tx, buyer: PlayerRef, item_name: str, wanted: Wanted) -> Purchase:
    """Buy items from the shop, as many of the wanted as the player can pay for, and announce it.

    Raises:
        ItemNotFound, UnknownPlayer, FeatureLocked, NotBuyable, ItemLocked, InsufficientFunds, InventoryFull
    """
    item = catalog.resolve(item_name)
    player = players.load(tx, buyer)
    require_feature(player.state, FEATURE)
    require_on(tx, SHOP)
    if item.buyable and not item_unlocked(player.state, item):
        raise ItemLocked(item=item.public_name)
    purchase = rules.quote_purchase(
        item,
        player[Inventory].count(items.money.item_id, Quality.COMMON),
        wanted,
        unit_price=purchase_price(tx, player.state, item),
        merchant_bonus=merchant_bonus(player),
    )
    player = player.having(
        player[Inventory].spend(items.money.item_id, purchase.total).give(item.item_id, purchase.quantity)
    ).record(
        ItemBought(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=purchase.quantity,
            cost=purchase.total,
            timestamp=int(tx.now.timestamp()),
        )
    )
    players.save(tx, player)
    return purchase


def list_sellable(state: CommunityState) -> list[tuple[Item, int]]:
    """List (item, price for one) for everything the shop buys, in catalogue order."""
    return [(item, resale_price(state, item)) for item in _unlocked(state) if item.sellable]


def list_buyable(tx: Tx, state: CommunityState) -> list[tuple[Item, int]]:
    """List (item, this week's price for one) for everything the shop sells, in catalogue order."""
    return [(item, purchase_price(tx, state, item)) for item in _unlocked(state) if item.buyable]


def resale_price(state: CommunityState, item: Item) -> int:
    return rules.resale_price(item, Fraction(modified(state, "economy_bonus", 1)))


def purchase_price(tx: Tx, state: CommunityState, item: Item) -> int:
    return rules.discounted_price(item, _current_sale(tx, state))


def merchant_bonus(player: Player) -> Fraction:
    """Return the player's share of a price, in their favour when selling and buying. Source: rules 7."""
    return jobs.bonus("merchant", "price_adjustment", player[Jobs].level("merchant"))


def _current_sale(tx: Tx, state: CommunityState) -> WeeklySale | None:
    if not state.has(SALE_FEATURE):
        return None
    return weekly_sales.by_week.get(rules.week_offset(tx.now))


def _unlocked(state: CommunityState) -> list[Item]:
    return [item for item in items.by_name.values() if item_unlocked(state, item)]
