"""/inventory, /balance, /use, /search, /upgrade, /disassemble and /recipes: players' items and crafting."""

from __future__ import annotations

from collections import Counter

from community.catalog import service as catalog
from community.catalog.content import Item, items
from community.catalog.texts import counted, quality_name
from community.crafting import recipes as book
from community.crafting import service as workshop
from community.crafting import texts
from community.crafting.content import Upgrade, disassembles, upgrades
from community.inventory import service as inventory
from community.inventory.models import Inventory, Quality, Slot
from community.items.models import UseResult
from community.items.service import use_item
from community.players.models import PlayerRef, no_such_player
from community.search.service import search_for_treasure
from doors.discord.commands import command, component, member, quantity, text
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import Choice, DiscordReply, Field, card, plain
from functions.community.discord.players import player_of
from functions.community.discord.qualities import QUALITY, asked_quality
from functions.community.discord.suggestions import owned
from kernel.database import Tx
from kernel.texts import number, speaking, translate, translate_n

_QUANTITY = quantity("quantity", "How many; one when left out.")
_ANY = "all"
"""Stands for no filter in a component's id."""
_GLANCE = 8
"""How many kinds of things /balance names."""


@command(
    "inventory",
    "Your inventory, or someone else's.",
    member("user", "Whose things; yours when left out."),
    text("filter", "Only some of them.", choices=inventory.FILTERS),
)
def show_inventory(call: Interaction, tx: Tx) -> DiscordReply:
    return _inventory(tx, player_of(call.member_or_caller("user")), call.text("filter"), 0, update=False)


@component("inventory", own=True)
def inventory_page(call: Interaction, tx: Tx) -> DiscordReply:
    owner, wanted = (*call.arguments, "", "")[:2]
    return _inventory(tx, PlayerRef("discord", owner), "" if wanted == _ANY else wanted, page_of(call), update=True)


def _inventory(tx: Tx, owner: PlayerRef, wanted: str, page: int, *, update: bool) -> DiscordReply:
    found = inventory.look(tx, owner, wanted)
    if found is None:
        raise no_such_player(owner)
    player, slots = found
    return paged(
        translate("What {name} has", name=plain(player.username)),
        [_stack(item, slot) for item, slot in slots],
        page,
        f"inventory:{owner.platform_id}:{wanted or _ANY}",
        empty=translate("Nothing."),
        update=update,
    )


@command("balance", "A player's money and things at a glance.", member("user", "Whose; yours when left out."))
def balance(call: Interaction, tx: Tx) -> DiscordReply:
    owner = player_of(call.member_or_caller("user"))
    found = inventory.look(tx, owner)
    if found is None:
        raise no_such_player(owner)
    player, slots = found
    things = Counter[Item]()
    for item, slot in slots:
        if not item.is_money:
            things[item] += slot.quantity
    most = things.most_common()
    shown = [counted(item, quantity) for item, quantity in most[:_GLANCE]]
    more = [translate("and more: /inventory shows everything")] if len(most) > _GLANCE else []
    return card(
        translate("What {name} has", name=plain(player.username)),
        "",
        Field(translate("Money"), number(player[Inventory].count(items.money.item_id)), inline=True),
        Field(translate("Things"), number(sum(things.values())), inline=True),
        *([Field(translate("Most of all"), "\n".join([*shown, *more]))] if shown else []),
    )


def _stack(item: Item, slot: Slot) -> str:
    quality = "" if slot.quality is Quality.COMMON else f" ({quality_name(slot.quality)})"
    return f"{counted(item, slot.quantity)}{quality}"


@command(
    "use",
    "Use an item.",
    text("item", "What to use.", required=True, suggest=owned(lambda item: item.handler is not None)),
    _QUANTITY,
    text("target", "The player it acts on; or the job or effect it applies to."),
    QUALITY,
    changes=True,
)
def use(call: Interaction, tx: Tx) -> DiscordReply:
    item = catalog.resolve(call.text("item"))
    target = call.text("target").removeprefix("@")
    used = use_item(
        tx, player_of(call), item.internal_name, call.quantity("quantity"), target or None, asked_quality(call)
    )
    if used.public_message is None:
        return _used(call, item, used, plain(used.message), public=False)
    with speaking():
        # Escape everything except the mention. No name contains a NUL, because the database stores none.
        description = plain(used.public_message("\0")).replace("\0", call.caller.mention)
        return _used(call, item, used, description, public=True)


def _used(call: Interaction, item: Item, used: UseResult, description: str, *, public: bool) -> DiscordReply:
    title = translate("{name} uses {item}", name=plain(call.caller.name), item=item.public_name)
    footer = translate_n("{n} used up", "{n} used up", used.consumed)
    return card(title, description, footer=footer, public=public)


@command("search", "Search for treasure.", changes=True)
def search(call: Interaction, tx: Tx) -> DiscordReply:
    _, result = search_for_treasure(tx, player_of(call))
    return card(translate("Search"), plain(result))


def _known_recipes(call: Interaction, tx: Tx) -> list[Choice]:
    known = book.known_recipes(tx, player_of(call))
    return [Choice(f"{_target(recipe)}: {_costs(recipe)}", _target(recipe)) for recipe in known]


def _target(recipe: Upgrade) -> str:
    return items.by_name[recipe.target_item].public_name


def _costs(recipe: Upgrade) -> str:
    return texts.in_words({each.item: each.quantity for each in recipe.costs})


@command(
    "upgrade",
    "Make an item out of others.",
    text("recipe", "What to make.", required=True, suggest=_known_recipes),
    _QUANTITY,
    QUALITY,
    changes=True,
)
def upgrade(call: Interaction, tx: Tx) -> DiscordReply:
    wanted = call.quantity("quantity")
    crafted = workshop.upgrade_item(tx, player_of(call), call.text("recipe"), wanted, asked_quality(call))
    return card(translate("Workshop"), texts.crafted_text(crafted))


@command(
    "disassemble",
    "Take items apart.",
    text(
        "item",
        "What to take apart.",
        required=True,
        suggest=owned(lambda item: item.internal_name in disassembles.by_item),
    ),
    _QUANTITY,
    QUALITY,
    changes=True,
)
def disassemble(call: Interaction, tx: Tx) -> DiscordReply:
    wanted = call.quantity("quantity")
    salvage = workshop.disassemble_item(tx, player_of(call), call.text("item"), wanted, asked_quality(call))
    return card(translate("Workshop"), texts.disassembled_text(salvage))


@command("recipes", "What can be made of what, and what you know how to make.")
def recipes(call: Interaction, tx: Tx) -> DiscordReply:
    return _recipes(call, tx, 0, update=False)


@component("recipes", own=True)
def recipes_page(call: Interaction, tx: Tx) -> DiscordReply:
    return _recipes(call, tx, page_of(call), update=True)


def _recipes(call: Interaction, tx: Tx, page: int, *, update: bool) -> DiscordReply:
    known = {recipe.recipe_key for recipe in book.known_recipes(tx, player_of(call))}
    lines = [
        f"{'✅' if key in known else '🔒'} {_target(recipe)}: {_costs(recipe)}"
        for key, recipe in upgrades.by_key.items()
    ]
    return paged(translate("Recipes"), lines, page, "recipes", empty=translate("None."), update=update)
