"""Traps, which are triggered when their target writes in chat."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from community.inventory.models import Quality
from community.timeouts.rules import adjusted


class Trap(Struct, frozen=True):
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
