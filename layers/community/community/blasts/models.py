"""Blasts that wait for a quiet moment in the chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.errors import Refused
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class Blast:
    """A delayed blast that has been armed on a platform.

    Attributes:
        seconds: length of the timeout for everyone who has written since it was armed.
        chatters: how many must have written before it can explode.
    """

    platform: str
    blast_id: UUID
    setter_id: UUID
    item_id: int
    seconds: int
    chatters: int
    armed_at: datetime


class BlastExploded(Event):
    """A delayed blast has exploded and timed out players.

    Attributes:
        usernames: of the players it timed out, without those whom a shield protected: the first `MAX_NAMED` by name.
            Each of them also has a `timeout.applied` event.
        silenced_count: how many players it timed out in total.
    """

    MAX_NAMED: ClassVar[int] = 25

    type: ClassVar[str] = "blast.exploded"
    platform: str
    setter_id: UUID
    usernames: list[str]
    silenced_count: int
    duration_seconds: int
    timestamp: int

    @property
    def subject(self) -> UUID:
        return self.setter_id


class AlreadyArmed(Refused):
    code = "no_effect"
    message = "A fuse is burning here already: wait for that bang before you light the next {item}."
