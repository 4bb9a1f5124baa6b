"""/add-item, /remove-item, /admin-award-xp, /timeout-set and /timeout-clear: administrators' commands on players."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from community.catalog.content import items
from community.inventory import service as inventory
from community.inventory import texts as inventory_texts
from community.inventory.models import NotInInventory
from community.items.models import MENTION
from community.jobs import awards
from community.jobs import texts as job_texts
from community.jobs.content import jobs
from community.jobs.rules import DailyCapReached
from community.players.models import PlayerRef
from community.timeouts import service as timeouts
from community.timeouts import texts as timeout_texts
from doors.discord.commands import BadOption, command, integer, member, quantity, text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply, Field, card, plain
from functions.community.discord.players import PLATFORM, player_of
from functions.community.discord.qualities import QUALITY, asked_quality
from functions.community.discord.suggestions import item_choice
from kernel.content.command_texts import OPTION_NAME
from kernel.database import Tx
from kernel.texts import term, translate


class HasNone(NotInInventory):
    """The player has none of the item: worded for an administrator."""

    message: ClassVar[str] = "{owner} does not have any {item}."


class WorkerCapReached(DailyCapReached):
    """The player has reached the daily XP cap: worded for an administrator."""

    message: ClassVar[str] = "{worker} has earned all the {job} XP there is for today, until the daily reset."


class NotAName(BadOption):
    message: ClassVar[str] = "{option}: must be the name there; a mention is for Discord."


_USERNAME = text("username", "What the player is called there.", required=True)
_USER = member("user", "Whose inventory.", required=True)
_QUANTITY = integer("quantity", "How many.", required=True, least=1, most=10_000)
_SHARE = quantity("quantity", "How many.", required=True)


def _items(call: Interaction, tx: Tx) -> list[Choice]:
    return [item_choice(item) for item in items.by_name.values()]


def _jobs(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(job.display_name, job.key) for job in jobs.by_key.values()]


def _target(call: Interaction) -> PlayerRef:
    """The player whom the options name: by a mention, which holds the id, or else by the name on the platform.

    Raises:
        NotAName: it is a mention, but the platform is another one.
    """
    platform, name = call.text("platform"), call.text("username")
    mention = MENTION.fullmatch(name)
    if mention and platform == "discord":
        return PlayerRef(platform, mention[1])
    if name.startswith("<"):
        raise NotAName(option=term(OPTION_NAME, "username"))
    return PlayerRef(platform, username=name.removeprefix("@"), sole=True)


_ITEM = text("item", "Which item.", required=True, suggest=_items)


@command("add-item", "Put items into an inventory.", _USER, _ITEM, _QUANTITY, changes=True, admin=True)
def add_item(call: Interaction, tx: Tx) -> DiscordReply:
    owner, quantity = call.member_or_caller("user"), call.integer("quantity")
    added = inventory.add_item(tx, player_of(owner), call.text("item"), quantity)
    return card(translate("Added"), inventory_texts.added(quantity, added.item, owner.mention))


@command("remove-item", "Take items out of an inventory.", _USER, _ITEM, _SHARE, QUALITY, changes=True, admin=True)
def remove_item(call: Interaction, tx: Tx) -> DiscordReply:
    owner, wanted = call.member_or_caller("user"), call.quantity("quantity")
    try:
        item, removed, _ = inventory.remove_item(tx, player_of(owner), call.text("item"), wanted, asked_quality(call))
    except NotInInventory as error:
        raise HasNone(owner=owner.username, item=error.details["item"]) from None
    missing = isinstance(wanted, int) and removed < wanted
    note = translate("Not all {wanted}: there were no more.", wanted=wanted) if missing else ""
    return card(translate("Removed"), inventory_texts.removed(removed, item, owner.mention), footer=note)


@command(
    "admin-award-xp",
    "Award XP in a player's job.",
    PLATFORM,
    _USERNAME,
    text("job", "In which job.", required=True, longest=50, suggest=_jobs),
    integer("amount", "How much.", required=True, least=1, most=10_000),
    changes=True,
    admin=True,
)
def award_xp(call: Interaction, tx: Tx) -> DiscordReply:
    worker = _target(call)
    try:
        result = awards.award_xp(tx, worker, call.text("job"), call.integer("amount"), "admin")
    except DailyCapReached as error:
        raise WorkerCapReached(worker=worker.label, job=error.details["job"]) from None
    name = plain(result.player.links[worker.platform].username)
    progress = result.award.progress
    return card(
        translate("Awarded"),
        job_texts.awarded(result, name),
        Field(translate("Level"), str(progress.level), inline=True),
        Field(translate("XP together"), str(progress.xp), inline=True),
    )


@command(
    "timeout-set",
    "Give someone a timeout, or extend the one that is running.",
    PLATFORM,
    _USERNAME,
    integer("duration", "Seconds.", required=True, least=1, most=86_400),
    text("reason", "Why.", longest=255),
    changes=True,
    admin=True,
)
def set_timeout(call: Interaction, tx: Tx) -> DiscordReply:
    added = timedelta(seconds=call.integer("duration"))
    timeout = timeouts.apply_timeout(tx, _target(call), added, call.text("reason"))
    return card(translate("Timeout"), timeout_texts.silenced(plain(timeout.username), timeout.remaining_seconds))


@command("timeout-clear", "End someone's timeout.", PLATFORM, _USERNAME, changes=True, admin=True)
def clear_timeout(call: Interaction, tx: Tx) -> DiscordReply:
    target = _target(call)
    called, was_silenced = timeouts.clear_timeout(tx, target)
    name = f"<@{target.platform_id}>" if target.platform_id else plain(called)
    return card(translate("Timeout"), timeout_texts.freed(name, was_silenced))
