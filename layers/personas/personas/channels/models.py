"""Battles that a channel on Discord watches, and the vote there on who won."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from kernel.errors import Conflict, NotFound, TooSoon

HOUSE_NAME = "house"
"""In place of an e-mail address: it is none, so no form accepts it and no mail is sent to it."""


class Wish(Struct, frozen=True):
    """What someone asks for in a channel.

    Attributes:
        pro, con: a public persona's slug or name; "" for one of the most followed.
        template: a public template's id or name; "" for the usual one.
    """

    topic: str
    pro: str = ""
    con: str = ""
    template: str = ""


class Watching(Struct, frozen=True):
    """Where a battle is watched.

    Attributes:
        starter_id: who has asked for it, on Discord.
        public_url: the address under which Discord sees us, without a slash at its end.
    """

    channel_id: str
    starter_id: str
    public_url: str


class ChannelVote(Struct, frozen=True):
    """A vote as it was counted: for whom, and until when it may be changed."""

    name: str
    ends_at: datetime


class BattleGoingOn(Conflict):
    """A channel watches one battle at a time, until its vote is over."""

    code = "battle_going_on"
    message = "There is a battle in this channel already. Wait until its vote is over."


class BattlesTooOften(TooSoon):
    """The same person has started another battle a short time ago."""

    code = "battles_too_often"
    message = "You started a battle a short time ago. You can start another one in {minutes} min."


class UnknownPersona(NotFound):
    """No public persona has this name."""

    code = "not_found"
    message = "There is no public persona called {name}. Choose one from the list."


class SamePersona(Conflict):
    """Both sides were given to one persona."""

    code = "same_persona"
    message = "A persona cannot debate with itself. Choose another one for one of the sides."


class NoDebate(Conflict):
    """The owners of the two personas have nothing to do with each other."""

    code = "no_debate"
    message = "These two personas do not debate with each other. Choose another one for one of the sides."


class ChannelVoteOver(Conflict):
    """The vote has ended, or has not begun."""

    code = "vote_over"
    message = "This vote is over."
