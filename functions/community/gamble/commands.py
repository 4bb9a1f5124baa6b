"""/gamble-start, /gamble-join, and the button under every gamble."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from community.gambles import service as gambles
from community.gambles import texts
from community.gambles.models import GambleNotFound
from community.gambles.rules import MAX_BOXES
from community.lootboxes.content import loot_tables
from doors.discord.commands import command, component, quantity, text
from doors.discord.interaction import Interaction
from doors.discord.replies import GREEN_BUTTON, Button, DiscordReply, Embed, card
from functions.community.discord.players import player_of
from functions.community.discord.qualities import QUALITY, asked_quality
from functions.community.discord.suggestions import owned
from kernel.database import Tx
from kernel.texts import speaking, translate


@command(
    "gamble-start",
    "Start a gamble: stake boxes, and others join with the same stake.",
    text("item", "Which box.", required=True, suggest=owned(lambda item: item.internal_name in loot_tables.by_box)),
    quantity("quantity", "How many.", required=True, most=MAX_BOXES),
    QUALITY,
    changes=True,
    public=True,
)
def start(call: Interaction, tx: Tx) -> DiscordReply:
    bet = call.text("item"), call.quantity("quantity")
    gamble = gambles.start_gamble(tx, player_of(call), [bet], quality=asked_quality(call))
    with speaking():
        invitation = texts.started(gamble, call.caller.mention)
        footer = translate("/gamble-join, or the button")
        return DiscordReply(
            embeds=(Embed(translate("A gamble!"), invitation, footer=footer),),
            components=(Button(translate("Join"), f"gamble:join:{gamble.gamble_id}", GREEN_BUTTON),),
        )


@command(
    "gamble-join",
    "Join a gamble with the same stake.",
    text("gamble-id", "Which gamble; the active one when left out."),
    QUALITY,
    changes=True,
    public=True,
)
def join(call: Interaction, tx: Tx) -> DiscordReply:
    gamble_id = call.text("gamble-id")
    return _joined(call, tx, _id(gamble_id) if gamble_id else None)


@component("gamble:join", changes=True, once=True, public=True)
def join_button(call: Interaction, tx: Tx) -> DiscordReply:
    return _joined(call, tx, _id(call.arguments[0] if call.arguments else ""))


def _joined(call: Interaction, tx: Tx, gamble_id: UUID | None) -> DiscordReply:
    gamble = gambles.join_gamble(tx, player_of(call), gamble_id, asked_quality(call))
    with speaking():
        return card(translate("Joined"), texts.joined(gamble, call.caller.mention))


def _id(text: str) -> UUID:
    with suppress(ValueError):
        return UUID(text)
    raise GambleNotFound
