"""Players as identified by Discord interactions, and by the options of commands."""

from __future__ import annotations

from typing import Final

from community.linking.registration import register
from community.players.models import NoSuchPlayer, PlayerRef, Role, UnknownPlayer
from community.progression.models import FeatureLockedBehind
from doors.discord.commands import text
from doors.discord.game import Game
from doors.discord.interaction import Interaction, Member
from doors.discord.replies import Choice
from doors.discord.settings import settings
from kernel.database import Tx
from kernel.errors import DomainError
from kernel.texts import translate

PLATFORM_NAMES: Final = {"twitch": "Twitch", "youtube": "YouTube", "discord": "Discord"}
PLATFORM_CHOICES: Final = [Choice(name, platform) for platform, name in PLATFORM_NAMES.items()]
PLATFORM: Final = text("platform", "Where.", required=True, choices=PLATFORM_CHOICES)
"""The option of commands about accounts anywhere."""


def player_of(person: Interaction | Member) -> PlayerRef:
    """The player behind a member, or behind the caller of an interaction."""
    if isinstance(person, Interaction):
        return PlayerRef("discord", person.caller.id, person.caller.username, roles=_roles(person))
    return PlayerRef("discord", person.id, person.username)


def _roles(call: Interaction) -> frozenset[Role] | None:
    """The caller's roles, which only the game's own server can give: anyone may invite the bot to another."""
    if not call.guild_id or settings.discord_guild_id not in ("", call.guild_id):
        return None
    return frozenset[Role](["moderator"] if call.moderator else [])


def _introduce(tx: Tx, caller: Member) -> None:
    player = player_of(caller)
    register(tx, player, player)


def _explain(error: DomainError) -> str:
    if isinstance(error, FeatureLockedBehind):
        return translate("The community has not unlocked {feature} yet. First comes {names}.", **error.details)
    return str(error)


COMMUNITY: Final = Game(unknown_player_errors=(UnknownPlayer, NoSuchPlayer), register=_introduce, explain=_explain)
