"""The events of delayed blasts."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


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
