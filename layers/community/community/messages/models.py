"""A line of chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class MessageReceived(Event):
    """Not logged: the chat is its own log, and there is a lot of it."""

    type: ClassVar[str] = "message.received"
    logged: ClassVar[bool] = False
    user_id: UUID
    platform: str


@dataclass(frozen=True, slots=True)
class Match:
    """A configured word found in a line: its code, and the text as typed."""

    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Chatter:
    """A player who has written in a chat recently.

    Attributes:
        username: on this platform.
    """

    user_id: UUID
    username: str
    platform: str
    last_message_at: datetime
