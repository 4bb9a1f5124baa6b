"""/buy, /sell, /prices, /prices-sell and /give: the shop, and gifts between players."""

from __future__ import annotations

from community.catalog import service as catalog
from community.catalog.content import Item
from community.catalog.item_names import typed_names
from community.catalog.texts import money
from community.economy import service as economy
from community.economy import texts
from community.inventory import service as inventory
from community.inventory import texts as inventory_texts
from community.progression.service import current_state
from doors.discord.commands import command, component, member, quantity, text
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import Choice, DiscordReply, card
from functions.community.discord.players import player_of
from functions.community.discord.qualities import QUALITY, asked_quality
from functions.community.discord.suggestions import owned
from kernel.database import Tx
from kernel.texts import speaking, translate

_QUANTITY = quantity("quantity", "How many; one when left out.")


def _buyable(call: Interaction, tx: Tx) -> list[Choice]:
    listed = economy.list_buyable(tx, current_state(tx))
    return [
        Choice(f"{item.public_name}: {money(price)}", item.public_name, words=typed_names(item))
        for item, price in listed
    ]


@command(
    "buy",
    "Buy items from the shop.",
    text("item", "What to buy.", required=True, suggest=_buyable),
    _QUANTITY,
    changes=True,
)
def buy(call: Interaction, tx: Tx) -> DiscordReply:
    item = catalog.resolve(call.text("item"))
    purchase = economy.buy_item(tx, player_of(call), item.internal_name, call.quantity("quantity"))
    return card(translate("Bought"), texts.bought(purchase, item))


@command(
    "sell",
    "Sell items to the shop.",
    text("item", "What to sell.", required=True, suggest=owned(lambda item: item.sellable)),
    _QUANTITY,
    QUALITY,
    changes=True,
)
def sell(call: Interaction, tx: Tx) -> DiscordReply:
    item = catalog.resolve(call.text("item"))
    sale = economy.sell_item(tx, player_of(call), item.internal_name, call.quantity("quantity"), asked_quality(call))
    return card(translate("Sold"), texts.sold(sale, item))


@command("prices", "What the shop sells, and for how much.")
def prices(call: Interaction, tx: Tx) -> DiscordReply:
    return _buying_prices(tx, 0, update=False)


@component("prices", own=True)
def prices_page(call: Interaction, tx: Tx) -> DiscordReply:
    return _buying_prices(tx, page_of(call), update=True)


@command("prices-sell", "What the shop buys, and for how much.")
def prices_sell(call: Interaction, tx: Tx) -> DiscordReply:
    return _selling_prices(tx, 0, update=False)


@component("prices-sell", own=True)
def prices_sell_page(call: Interaction, tx: Tx) -> DiscordReply:
    return _selling_prices(tx, page_of(call), update=True)


def _buying_prices(tx: Tx, page: int, *, update: bool) -> DiscordReply:
    lines = _lines(economy.list_buyable(tx, current_state(tx)))
    return _listed(translate("The shop sells"), lines, page, "prices", update=update)


def _selling_prices(tx: Tx, page: int, *, update: bool) -> DiscordReply:
    lines = _lines(economy.list_sellable(current_state(tx)))
    return _listed(translate("The shop buys"), lines, page, "prices-sell", update=update)


def _listed(title: str, lines: list[str], page: int, name: str, *, update: bool) -> DiscordReply:
    return paged(title, lines, page, name, empty=translate("Nothing just now."), update=update)


def _lines(priced: list[tuple[Item, int]]) -> list[str]:
    return [f"{item.public_name}: {price}" for item, price in priced]


@command(
    "give",
    "Give items to someone.",
    member("user", "Who gets them.", required=True),
    text("item", "What to give.", required=True, suggest=owned(lambda item: item.tradeable or item.is_money)),
    _QUANTITY,
    QUALITY,
    changes=True,
    public=True,
)
def give(call: Interaction, tx: Tx) -> DiscordReply:
    receiver = call.member_or_caller("user")
    giver, wanted = player_of(call), call.quantity("quantity")
    gift = inventory.give_item(tx, giver, player_of(receiver), call.text("item"), wanted, asked_quality(call))
    with speaking():
        text = inventory_texts.given(gift.quantity, gift.item, call.caller.mention, receiver.mention)
        return card(translate("Given"), text)
