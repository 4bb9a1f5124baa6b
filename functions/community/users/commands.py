"""/inventory, /use, /search, /upgrade, /disassemble and /recipes: players' items and crafting."""

from __future__ import annotations

from community.catalog import service as catalog
from community.catalog.content import Item, items
from community.crafting import recipes as book
from community.crafting import service as workshop
from community.crafting import texts
from community.crafting.content import Upgrade, disassembles, upgrades
from community.crafting.rules import in_words
from community.inventory import service as inventory
from community.inventory.models import Quality, Slot
from community.items.service import use_item
from community.players.models import NoSuchPlayer, PlayerRef
from community.search.service import search_for_treasure
from doors.discord.commands import command, component, integer, member, text
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import Choice, Reply, card, plain
from functions.community.discord.players import player_of
from functions.community.discord.qualities import QUALITY, asked_quality
from functions.community.discord.suggestions import owned
from kernel.database import Tx

_QUANTITY = integer("quantity", "How many; one when left out.", least=1, most=10_000)
_ANY = "all"
"""Stands for no filter in a component's id."""


@command(
    "inventory",
    "Your inventory, or someone else's.",
    member("user", "Whose things; yours when left out."),
    text("filter", "Only some of them.", choices=inventory.FILTERS),
)
def show_inventory(call: Interaction, tx: Tx) -> Reply:
    return _inventory(tx, player_of(call.member_or_caller("user")), call.text("filter"), 0, update=False)


@component("inventory", own=True)
def inventory_page(call: Interaction, tx: Tx) -> Reply:
    owner, wanted = (*call.arguments, "", "")[:2]
    return _inventory(tx, PlayerRef("discord", owner), "" if wanted == _ANY else wanted, page_of(call), update=True)


def _inventory(tx: Tx, owner: PlayerRef, wanted: str, page: int, *, update: bool) -> Reply:
    found = inventory.look(tx, owner, wanted)
    if found is None:
        raise NoSuchPlayer(name=owner.label)
    player, slots = found
    return paged(
        f"What {plain(player.username)} has",
        [_stack(item, slot) for item, slot in slots],
        page,
        f"inventory:{owner.platform_id}:{wanted or _ANY}",
        empty="Nothing.",
        update=update,
    )


def _stack(item: Item, slot: Slot) -> str:
    quality = "" if slot.quality is Quality.COMMON else f" ({slot.quality.lower()})"
    return f"{item.public_name} × {slot.quantity}{quality}"


@command(
    "use",
    "Use an item.",
    text("item", "What to use.", required=True, suggest=owned(lambda item: item.handler is not None)),
    _QUANTITY,
    text("target", "The player it acts on; or the job or effect it applies to."),
    QUALITY,
    changes=True,
)
def use(call: Interaction, tx: Tx) -> Reply:
    item = catalog.resolve(call.text("item"))
    target = call.text("target").removeprefix("@")
    quantity = call.integer("quantity", 1)
    used = use_item(tx, player_of(call), item.internal_name, quantity, target or None, asked_quality(call))
    title = f"{plain(call.caller.name)} uses {item.public_name}"
    footer = f"{used.consumed} used up"
    if used.public_message is None:
        return card(title, plain(used.message), footer=footer, public=False)
    # Escape everything except the mention. No name contains a NUL, because the database stores none.
    description = plain(used.public_message("\0")).replace("\0", call.caller.mention)
    return card(title, description, footer=footer, public=True)


@command("search", "Search for treasure.", changes=True)
def search(call: Interaction, tx: Tx) -> Reply:
    _, result = search_for_treasure(tx, player_of(call))
    return card("Search", plain(result))


def _known_recipes(call: Interaction, tx: Tx) -> list[Choice]:
    known = book.known_recipes(tx, player_of(call))
    return [Choice(f"{_target(recipe)}: {_costs(recipe)}", _target(recipe)) for recipe in known]


def _target(recipe: Upgrade) -> str:
    return items.by_name[recipe.target_item].public_name


def _costs(recipe: Upgrade) -> str:
    return in_words({each.item: each.quantity for each in recipe.costs})


@command(
    "upgrade",
    "Make an item out of others.",
    text("recipe", "What to make.", required=True, suggest=_known_recipes),
    _QUANTITY,
    QUALITY,
    changes=True,
)
def upgrade(call: Interaction, tx: Tx) -> Reply:
    quantity = call.integer("quantity", 1)
    crafted = workshop.upgrade_item(tx, player_of(call), call.text("recipe"), quantity, asked_quality(call))
    return card("Workshop", texts.crafted_text(crafted))


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
def disassemble(call: Interaction, tx: Tx) -> Reply:
    quantity = call.integer("quantity", 1)
    salvage = workshop.disassemble_item(tx, player_of(call), call.text("item"), quantity, asked_quality(call))
    return card("Workshop", texts.disassembled_text(salvage))


@command("recipes", "What can be made of what, and what you know how to make.")
def recipes(call: Interaction, tx: Tx) -> Reply:
    return _recipes(call, tx, 0, update=False)


@component("recipes", own=True)
def recipes_page(call: Interaction, tx: Tx) -> Reply:
    return _recipes(call, tx, page_of(call), update=True)


def _recipes(call: Interaction, tx: Tx, page: int, *, update: bool) -> Reply:
    known = {recipe.recipe_key for recipe in book.known_recipes(tx, player_of(call))}
    lines = [
        f"{'✅' if key in known else '🔒'} {_target(recipe)}: {_costs(recipe)}"
        for key, recipe in upgrades.by_key.items()
    ]
    return paged("Recipes", lines, page, "recipes", empty="None.", update=update)
