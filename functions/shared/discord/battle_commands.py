"""/battle, and the buttons of its vote.

What they do is imported when it is first needed: Personas would make every start of the function a third slower.
"""

from __future__ import annotations

from typing import Final

from doors.discord.commands import command, component, text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply
from kernel.database import Tx

LONGEST_TOPIC: Final = 180


def _personas(call: Interaction, tx: Tx) -> list[Choice]:
    from functions.shared.discord import battles

    return battles.suggest_personas(call, tx)


def _templates(call: Interaction, tx: Tx) -> list[Choice]:
    from functions.shared.discord import battles

    return battles.suggest_templates(tx)


@command(
    "battle",
    "Two AI personas debate here, and you vote on who won.",
    text("topic", "What they debate.", required=True, longest=LONGEST_TOPIC),
    text("pro", "Who speaks for it; one of the most followed personas when left out.", suggest=_personas),
    text("con", "Who speaks against it; one of the most followed personas when left out.", suggest=_personas),
    text("template", "How they debate; six turns when left out.", suggest=_templates),
    changes=True,
    public=True,
)
def battle(call: Interaction, tx: Tx) -> DiscordReply:
    from functions.shared.discord import battles

    return battles.begin(call, tx)


@component("battle:vote", changes=True)
def vote(call: Interaction, tx: Tx) -> DiscordReply:
    from functions.shared.discord import battles

    return battles.vote(call, tx)
