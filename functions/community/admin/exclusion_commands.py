"""/exclude, /include and /excluded-accounts: administrators' commands on who plays."""

from __future__ import annotations

from community.exclusions import service as exclusions
from community.exclusions import texts
from community.exclusions.models import ListedAccount
from doors.discord.commands import command, component, text
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import DiscordReply, card, plain
from functions.community.discord.players import PLATFORM, PLATFORM_NAMES
from kernel.database import Tx
from kernel.texts import translate

_USERNAME = text("username", "What the account is called there.")
_ID = text("id", "The account's id there, which decides when both are given.")


def _account(call: Interaction) -> ListedAccount:
    return ListedAccount(call.text("platform"), call.text("id"), call.text("username").removeprefix("@"))


@command("exclude", "Exclude an account from the game: a bot, say.", PLATFORM, _USERNAME, _ID, changes=True, admin=True)
def exclude(call: Interaction, tx: Tx) -> DiscordReply:
    account = _account(call)
    exclusions.exclude(tx, account)
    return card(translate("Excluded"), plain(texts.excluded(account)))


@command("include", "Let an excluded account play.", PLATFORM, _USERNAME, _ID, changes=True, admin=True)
def include(call: Interaction, tx: Tx) -> DiscordReply:
    account = _account(call)
    exclusions.include(tx, account)
    return card(translate("Included"), plain(texts.included(account)))


@command("excluded-accounts", "Who takes no part in the game.", admin=True)
def show(call: Interaction, tx: Tx) -> DiscordReply:
    return _list(tx, 0, update=False)


@component("excluded", own=True)
def page(call: Interaction, tx: Tx) -> DiscordReply:
    return _list(tx, page_of(call), update=True)


def _list(tx: Tx, page: int, *, update: bool) -> DiscordReply:
    lines = [
        f"{PLATFORM_NAMES[each.account.platform]}: {plain(each.account.label)}"
        for each in exclusions.list_accounts(tx)
        if each.excluded
    ]
    return paged(translate("Excluded accounts"), lines, page, "excluded", empty=translate("None."), update=update)
