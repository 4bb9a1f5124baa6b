"""/profile and /ping."""

from __future__ import annotations

import re

from community.inventory.models import Inventory
from community.players import service as players
from doors.discord.commands import command
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply, Embed, Field, plain
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.texts import translate

_PICTURE = re.compile(r"[0-9A-Za-z_]{1,64}")


@command("ping", "Check that the game answers.")
def ping(call: Interaction, tx: Tx) -> DiscordReply:
    return DiscordReply(translate("Pong!"))


@command("profile", "Who you are in the game.")
def profile(call: Interaction, tx: Tx) -> DiscordReply:
    player = players.get_player(tx, player_of(call))
    fields = (
        Field(translate("Playing since"), f"<t:{int(player.created_at.timestamp())}:D>", inline=True),
        Field(translate("Items"), str(player[Inventory].total()), inline=True),
        Field(translate("Known on"), ", ".join(sorted(player.links)), inline=True),
    )
    return DiscordReply(embeds=(Embed(plain(call.caller.name), fields=fields, thumbnail=_picture(call)),))


def _picture(call: Interaction) -> str:
    if call.avatar is None or not _PICTURE.fullmatch(call.avatar):
        return ""
    return f"https://cdn.discordapp.com/avatars/{call.caller.id}/{call.avatar}.png"
