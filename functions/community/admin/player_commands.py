"""/add-item, /remove-item, /admin-award-xp, /timeout-set and /timeout-clear: administrators' commands on players."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from community.catalog.content import items
from community.inventory import service as inventory
from community.inventory import texts as inventory_texts
from community.inventory.models import NotInInventory
from community.jobs import awards
from community.jobs import texts as job_texts
from community.jobs.content import jobs
from community.jobs.rules import DailyCapReached
from community.players.models import PlayerRef
from community.timeouts import service as timeouts
from community.timeouts import texts as timeout_texts
from doors.discord.commands import BadOption, command, integer, member, text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, Field, Reply, card, plain
from functions.community.discord.players import player_of
from functions.community.discord.qualities import QUALITY, asked_quality
from kernel.database import Tx


class HasNone(NotInInventory):
    """The player has none of the item: worded for an administrator."""

    message: ClassVar[str] = "{owner} does not have any {item}."


class WorkerCapReached(DailyCapReached):
    """The player has reached the daily XP cap: worded for an administrator."""

    message: ClassVar[str] = "{worker} has earned all the {job} XP there is for today, until the daily reset."


_PLATFORM = text(
    "platform",
    "Where.",
    required=True,
    choices=[Choice("Twitch", "twitch"), Choice("YouTube", "youtube"), Choice("Discord", "discord")],
)
_USERNAME = text("username", "What the player is called there.", required=True)
_USER = member("user", "Whose inventory.", required=True)
_QUANTITY = integer("quantity", "How many.", required=True, least=1, most=10_000)


def _items(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(item.public_name, item.public_name) for item in items.by_name.values()]


def _jobs(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(job.display_name, job.key) for job in jobs.by_key.values()]


def _username(call: Interaction) -> str:
    """The option's user name, without a leading @.

    Raises:
        BadOption: it is a mention, which holds the id and not the name.
    """
    name = call.text("username").removeprefix("@")
    if name.startswith("<"):
        raise BadOption(option="username", problem="must be the name itself, without an @")
    return name


_ITEM = text("item", "Which item.", required=True, suggest=_items)


@command("add-item", "Put items into an inventory.", _USER, _ITEM, _QUANTITY, changes=True, admin=True)
def add_item(call: Interaction, tx: Tx) -> Reply:
    owner, quantity = call.member_or_caller("user"), call.integer("quantity")
    item = inventory.add_item(tx, player_of(owner), call.text("item"), quantity)
    return card("Added", inventory_texts.added(quantity, item, owner.mention))


@command("remove-item", "Take items out of an inventory.", _USER, _ITEM, _QUANTITY, QUALITY, changes=True, admin=True)
def remove_item(call: Interaction, tx: Tx) -> Reply:
    owner, wanted = call.member_or_caller("user"), call.integer("quantity")
    try:
        item, removed = inventory.remove_item(tx, player_of(owner), call.text("item"), wanted, asked_quality(call))
    except NotInInventory as error:
        raise HasNone(owner=owner.username, item=error.details["item"]) from None
    note = f"Not all {wanted}: there were no more." if removed < wanted else ""
    return card("Removed", inventory_texts.removed(removed, item, owner.mention), footer=note)


@command(
    "admin-award-xp",
    "Award XP in a player's job.",
    _PLATFORM,
    _USERNAME,
    text("job", "In which job.", required=True, longest=50, suggest=_jobs),
    integer("amount", "How much.", required=True, least=1, most=10_000),
    changes=True,
    admin=True,
)
def award_xp(call: Interaction, tx: Tx) -> Reply:
    worker = PlayerRef(call.text("platform"), username=_username(call))
    try:
        result = awards.award_xp(tx, worker, call.text("job"), call.integer("amount"), "admin")
    except DailyCapReached as error:
        job = jobs.by_key[str(error.details["job"])].display_name
        raise WorkerCapReached(worker=worker.label, job=job) from None
    name = plain(result.player.links[worker.platform].username)
    progress = result.award.progress
    return card(
        "Awarded",
        job_texts.awarded(result, name),
        Field("Level", str(progress.level), inline=True),
        Field("XP together", str(progress.xp), inline=True),
    )


@command(
    "timeout-set",
    "Give someone a timeout, or extend the one that is running.",
    _PLATFORM,
    _USERNAME,
    integer("duration", "Seconds.", required=True, least=1, most=86_400),
    text("reason", "Why.", longest=255),
    changes=True,
    admin=True,
)
def set_timeout(call: Interaction, tx: Tx) -> Reply:
    username, added = _username(call), timedelta(seconds=call.integer("duration"))
    timeout = timeouts.apply_timeout(tx, call.text("platform"), username, added, call.text("reason"))
    return card("Timeout", timeout_texts.silenced(plain(username), timeout.remaining_seconds))


@command("timeout-clear", "End someone's timeout.", _PLATFORM, _USERNAME, changes=True, admin=True)
def clear_timeout(call: Interaction, tx: Tx) -> Reply:
    username = _username(call)
    was_silenced = timeouts.clear_timeout(tx, call.text("platform"), username)
    return card("Timeout", timeout_texts.freed(plain(username), was_silenced))
