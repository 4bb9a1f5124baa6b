"""The events of traps."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from community.inventory.models import Quality
from kernel.events.models import Event


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
