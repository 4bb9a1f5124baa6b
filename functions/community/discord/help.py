"""/help: the commands that the caller may use."""

from __future__ import annotations

from doors.discord.commands import COMMANDS, Command, command, component
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import DiscordReply
from kernel.content.command_texts import COMMAND_NAME, DESCRIPTION
from kernel.database import Tx
from kernel.texts import term, translate


@command("help", "What you can do here.")
def help(call: Interaction, tx: Tx) -> DiscordReply:
    return _page(call, 0, update=False)


@component("help", own=True)
def help_page(call: Interaction, tx: Tx) -> DiscordReply:
    return _page(call, page_of(call), update=True)


def _page(call: Interaction, page: int, *, update: bool) -> DiscordReply:
    allowed = [each for _, each in sorted(COMMANDS.items()) if each.is_for(call)]
    lines = [_line(each) for each in allowed]
    return paged(translate("Commands"), lines, page, "help", empty=translate("Nothing."), update=update)


def _line(command: Command) -> str:
    return f"**/{term(COMMAND_NAME, command.name)}**: {term(DESCRIPTION, command.description)}"
