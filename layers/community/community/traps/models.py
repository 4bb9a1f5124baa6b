"""Traps, which are triggered when their target writes in chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from community.inventory.models import Quality
from community.timeouts.rules import adjusted
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class Trap:
    """A trap that has been set for a player.

    Attributes:
        seconds: length of the timeout for COMMON quality.
    """

    trap_id: UUID
    setter_id: UUID
    setter_username: str
    quality: Quality
    seconds: int

    @property
    def time(self) -> timedelta:
        return adjusted(self.seconds, self.quality)


class _TrapEvent(Event):
    """Fields of all trap events. `timeout_seconds` includes the effect of quality."""

    trap_id: UUID
    setter_id: UUID
    setter_username: str
    target_id: UUID
    target_username: str
    quality_level: Quality
    timeout_seconds: int
    was_self_triggered: bool = False


class TrapPlaced(_TrapEvent):
    type: ClassVar[str] = "trap.placed"

    @property
    def subject(self) -> UUID:
        return self.setter_id


class TrapTriggered(_TrapEvent):
    type: ClassVar[str] = "trap.triggered"

    @property
    def subject(self) -> UUID:
        return self.target_id


class TrapSelfTriggered(_TrapEvent):
    """The setter of a second trap triggered the one that was already set for the target. `setter_id` is that player."""

    type: ClassVar[str] = "trap.self_triggered"
    was_self_triggered: bool = True

    @property
    def subject(self) -> UUID:
        return self.setter_id
