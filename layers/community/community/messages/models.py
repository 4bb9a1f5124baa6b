"""Chat messages."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from community.players.collected import Collected
from community.players.models import PlayerRef
from kernel.events.models import Event


class MessageReceived(Event):
    """A player has written in a chat. Not logged: there are too many messages, and the chat keeps its own log."""

    type: ClassVar[str] = "message.received"
    logged: ClassVar[bool] = False
    user_id: UUID
    platform: str


class NewChats(Collected[str]):
    """The platforms on which a player has written in this action."""


class Line(Struct, frozen=True):
    """A line of chat and its author."""

    chatter: PlayerRef
    text: str


class Match(Struct, frozen=True):
    """A configured word found in a message: its code, and the text as typed."""

    code: str
    value: str


class Chatter(Struct, frozen=True):
    """A player who has written in a chat recently.

    Attributes:
        username: on this platform.
    """

    user_id: UUID
    username: str
    platform: str
    last_message_at: datetime
