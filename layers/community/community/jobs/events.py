"""The events of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class JobLevelUp(Event):
    """A player has reached a level; an award of three levels records three of these.

    Attributes:
        username: for announcements; empty when it is unknown.
    """

    type: ClassVar[str] = "job.level_up"
    user_id: UUID
    username: str = ""
    job_key: str
    old_level: int
    new_level: int
    source: str

    @property
    def metadata(self) -> dict[str, str]:
        return {"source": self.source}


class DailyResetComplete(Event):
    type: ClassVar[str] = "daily_reset.complete"
    reset_time: datetime
    records_affected: int
