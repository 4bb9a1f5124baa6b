"""/admin-features and /admin-feature: what is on, and turning it on and off."""

from __future__ import annotations

from doors.discord.commands import command, text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply, card
from kernel.database import Tx
from kernel.switches import administration
from kernel.texts import translate


def _names(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(each.name, each.name) for each in administration.list_all(tx)]


@command("admin-features", "What is on, and what an administrator has turned off.", admin=True)
def show(call: Interaction, tx: Tx) -> DiscordReply:
    marks = {True: "\N{WHITE HEAVY CHECK MARK}", False: "\N{HEAVY MINUS SIGN}"}
    lines = [f"{marks[state.on]} {state.name}" for state in administration.list_all(tx)]
    return card(translate("Features"), "\n".join(lines))


@command(
    "admin-feature",
    "Turn a feature on or off, or freeze the game.",
    text("feature", "Which one; freeze pauses the whole game.", required=True, longest=40, suggest=_names),
    text("position", "On or off.", required=True, choices=("on", "off")),
    changes=True,
    admin=True,
)
def turn(call: Interaction, tx: Tx) -> DiscordReply:
    name, on = call.text("feature"), call.text("position") == "on"
    return card(translate("Features"), administration.turn(tx, name, on, call.caller.username))
