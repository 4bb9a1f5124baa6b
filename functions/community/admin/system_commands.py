"""/admin-cache-stats and /reload: administrators' commands on the system."""

from __future__ import annotations

from community.progression.service import cache_statistics
from doors.discord import registration
from doors.discord.commands import COMMANDS, command, text
from doors.discord.events import DiscordSyncRequested
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply, Field, card
from doors.discord.settings import settings
from kernel.database import Tx
from kernel.events import service as events
from kernel.texts import decimal, translate


@command("admin-cache-stats", "How often the community's state was in the cache.", admin=True)
def cache_stats(call: Interaction, tx: Tx) -> DiscordReply:
    stats = cache_statistics
    looks = stats.hits + stats.misses
    rate = f"{decimal(100 * stats.hits / looks)} %" if looks else translate("nothing yet")
    return card(
        translate("Cache"),
        translate("Of the environment that answered you."),
        Field(translate("Hits"), str(stats.hits), inline=True),
        Field(translate("Misses"), str(stats.misses), inline=True),
        Field(translate("Evictions"), str(stats.evictions), inline=True),
        Field(translate("Size"), str(stats.size), inline=True),
        Field(translate("Hit rate"), rate, inline=True),
    )


def _names(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(name, name) for name in sorted(COMMANDS)]


@command(
    "reload",
    "Send the commands to Discord again, or remove one.",
    text("command-name", "Which one to remove; all are sent when left out.", longest=32, suggest=_names),
    changes=True,
    admin=True,
)
def reload(call: Interaction, tx: Tx) -> DiscordReply:
    name = call.text("command-name").removeprefix("/") or None
    commands = registration.payload(guild=bool(settings.discord_guild_id))
    events.announce(tx, DiscordSyncRequested(commands=commands, remove=name))
    if name:
        result = translate("If Discord knows /{name}, it will be removed.", name=name)
    else:
        result = translate("All commands will be sent to Discord.")
    return card(translate("Commands"), result)
