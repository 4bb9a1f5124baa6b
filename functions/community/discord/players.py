"""Players as identified by Discord interactions."""

from __future__ import annotations

from typing import Final

from community.players.models import NoSuchPlayer, PlayerRef, UnknownPlayer
from community.players.registration import register
from community.progression.models import FeatureLockedBehind
from doors.discord.game import Game
from doors.discord.interaction import Interaction, Member
from kernel.database import Tx
from kernel.errors import DomainError
from kernel.texts import translate


def player_of(person: Interaction | Member) -> PlayerRef:
    """The player behind a member, or behind the caller of an interaction."""
    member = person.caller if isinstance(person, Interaction) else person
    return PlayerRef("discord", member.id, member.username)


def _introduce(tx: Tx, caller: Member) -> None:
    player = player_of(caller)
    register(tx, player, player)


def _explain(error: DomainError) -> str:
    if isinstance(error, FeatureLockedBehind):
        return translate("The community has not unlocked {feature} yet. First comes {names}.", **error.details)
    return str(error)


COMMUNITY: Final = Game(unknown_player_errors=(UnknownPlayer, NoSuchPlayer), register=_introduce, explain=_explain)
