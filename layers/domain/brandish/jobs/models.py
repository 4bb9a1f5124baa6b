"""Jobs and the experience players gather in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from brandish.events.models import Event


@dataclass(frozen=True, slots=True)
class JobProgress:
    """
    Attributes:
        xp: all that was ever gathered.
        level: the level this is worth under the cap of the moment it was gathered.
        daily_xp: gathered on the game day `daily_xp_on`.
    """

    xp: int
    level: int
    daily_xp: int
    daily_xp_on: date


class JobLevelUp(Event):
    type: ClassVar[str] = "job.level_up"
    user_id: UUID
    job_key: str
    old_level: int
    new_level: int
    source: str

    @property
    def metadata(self) -> dict[str, str]:
        return {"source": self.source}
