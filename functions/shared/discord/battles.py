"""Battles of AI personas in a channel: begun and voted on."""

from __future__ import annotations

from typing import ClassVar, Final, get_args
from uuid import UUID

from community.linking.accounts import ask_account
from doors.discord.interaction import Interaction
from doors.discord.messages import MOST_CHOICES, plain
from doors.discord.replies import Choice, DiscordReply, card
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.errors import NotAllowed, Refused
from kernel.texts import speaking, translate, translate_n
from personas.battles.models import Side
from personas.channels import service as channels
from personas.channels.models import ChannelVoteOver, Watching, Wish
from personas.profiles import service as profiles
from personas.templates import service as templates

_SIDES: Final[dict[str, Side]] = {side.lower(): side for side in get_args(Side)}


class NoChannel(Refused):
    """The command was used in a private chat."""

    code: ClassVar[str] = "no_channel"
    message: ClassVar[str] = "Battles need an audience. Start one in a channel of a server."


class NotAllowedToPost(NotAllowed):
    """The bot may answer in this channel, but not post messages by itself."""

    code: ClassVar[str] = "cannot_post"
    message: ClassVar[str] = (
        "Brandish may not write in this channel. Ask an administrator to let it see the channel, send messages and "
        "embed links, or choose another channel."
    )


def suggest_personas(call: Interaction, tx: Tx) -> list[Choice]:
    """Return the public personas that begin with what is being typed."""
    found = profiles.suggest(tx, call.text(call.focused or ""), MOST_CHOICES)
    return [Choice(each.name, each.slug) for each in found]


def suggest_templates(tx: Tx) -> list[Choice]:
    """Return the templates that everyone is offered."""
    return [Choice(each.name, str(each.template_id)) for each in templates.list_offered(tx)]


def begin(call: Interaction, tx: Tx) -> DiscordReply:
    """Start the battle that someone asks for, in the channel where they are.

    Raises:
        NoChannel, NotAllowedToPost; what `channels.open_battle` raises
    """
    if not (call.guild_id and call.channel_id):
        raise NoChannel
    if not call.may_post:
        raise NotAllowedToPost
    created = channels.open_battle(
        tx,
        Wish(call.text("topic"), call.text("pro"), call.text("con"), call.text("template")),
        Watching(call.channel_id, call.caller.id, call.public_url),
        ask_account(tx, player_of(call)),
    )
    begun = created.battle
    with speaking():
        speakers = translate(
            "**{pro}** speaks for it, **{con}** against it.", pro=plain(begun.pro.name), con=plain(begun.con.name)
        )
        turns = translate_n(
            "There is {n} turn. Then you decide who won.",
            "There are {n} turns. Then you decide who won.",
            begun.turn_count,
            n=begun.turn_count,
        )
        return card(
            translate("Battle: {topic}", topic=plain(begun.topic)),
            f"{speakers} {turns}",
            footer=translate("Everything the personas say is written by AI."),
        )


def vote(call: Interaction, tx: Tx) -> DiscordReply:
    """Vote with a button, and tell the voter alone.

    Raises:
        ChannelVoteOver
    """
    battle_id, side = _choice(call.arguments)
    ballot = channels.vote(tx, battle_id, call.caller.id, side)
    ends_at = f"<t:{int(ballot.ends_at.timestamp())}:R>"
    return DiscordReply(
        translate(
            "You have voted for **{name}**. You can change your vote until it ends, {time}.",
            name=plain(ballot.name),
            time=ends_at,
        )
    )


def _choice(arguments: tuple[str, ...]) -> tuple[UUID, Side]:
    """Return the battle and the side in a custom id: we made it, but anyone may send another one."""
    try:
        battle_id, side = arguments
        return UUID(battle_id), _SIDES[side]
    except (KeyError, ValueError):
        raise ChannelVoteOver from None
