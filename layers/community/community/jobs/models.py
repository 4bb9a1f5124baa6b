"""Jobs and the experience players gather in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from community.jobs.content import Job
from community.players.collected import Collected
from kernel.errors import NotFound
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A player's progress in one job.

    Attributes:
        xp: all that was ever gathered.
        level: the level this is worth under the cap of the moment it was gathered.
        daily_xp: gathered on the game day `daily_xp_on`.
    """

    xp: int
    level: int
    daily_xp: int
    daily_xp_on: date


@dataclass(frozen=True, slots=True)
class Jobs:
    """A player's.

    Attributes:
        progress: {job key: progress}, for those they have worked in.
    """

    progress: Mapping[str, JobProgress] = field(default_factory=dict[str, JobProgress])

    def level(self, job_key: str) -> int:
        return self.progress[job_key].level if job_key in self.progress else 0

    def having(self, job_key: str, progress: JobProgress) -> Self:
        return replace(self, progress={**self.progress, job_key: progress})


@dataclass(frozen=True, slots=True)
class XpEvent:
    """Experience as it was earned: a line in a job's history.

    Attributes:
        xp: really added, after multiplier, epiphany and cap.
        metadata: what the caller said about it.
    """

    job_key: str
    xp: int
    source: str
    metadata: Mapping[str, Any] | None = None


class NewXpEvents(Collected[XpEvent]):
    """What a player has earned in this action."""


@dataclass(frozen=True, slots=True)
class JobStanding:
    """A player's level in a job, and what the next level needs.

    Attributes:
        xp_to_next: what is missing for the next level; 0 at the highest.
        max_level: the highest the community allows just now.
    """

    job: Job
    level: int
    xp: int
    xp_to_next: int
    max_level: int


class UnknownJob(NotFound):
    code = "not_found"
    message = "There is no job called {job}."


class JobLevelUp(Event):
    """One level: who rises by three has three of these.

    Attributes:
        username: for who tells others of it; empty when nobody said.
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
