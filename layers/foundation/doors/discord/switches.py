"""The switch of Discord's commands."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class DiscordCommandsOff(Suspended):
    """An administrator has turned the commands off for the moment; those of administrators work."""

    message = "Commands on Discord are turned off for the moment. Try again later."


DISCORD_COMMANDS = Switch("discord_commands", DiscordCommandsOff)
