"""Blasts that wait for a quiet moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.errors import Refused
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class Blast:
    """
    Attributes:
        seconds: of silence for everybody who has said something since it was armed.
        chatters: so many must have, before it goes off.
    """

    platform: str
    blast_id: UUID
    setter_id: UUID
    item_id: int
    seconds: int
    chatters: int
    armed_at: datetime


class BlastExploded(Event):
    """
    Attributes:
        usernames: of those it has silenced, where no shield stood in its way: the first `MAX_NAMED` of the alphabet.
            Each of them has a `timeout.applied` as well.
        silenced_count: of all of them.
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
