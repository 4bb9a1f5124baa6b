"""Jobs and the experience of players in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from msgspec import Struct, field
from msgspec.structs import replace

from community.jobs.content import Job
from community.players.collected import Collected
from kernel.errors import NotFound


class JobProgress(Struct, frozen=True):
    """A player's progress in one job.

    Attributes:
        xp: total experience.
        level: the level for that, under the cap that applied when it was earned.
        daily_xp: earned on the game day `daily_xp_on`.
    """

    xp: int
    level: int
    daily_xp: int
    daily_xp_on: date


class Jobs(Struct, frozen=True):
    """A player's jobs.

    Attributes:
        progress: {job key: progress}, for jobs with any experience.
    """

    progress: Mapping[str, JobProgress] = field(default_factory=dict[str, JobProgress])

    def level(self, job_key: str) -> int:
        return self.progress[job_key].level if job_key in self.progress else 0

    def having(self, job_key: str, progress: JobProgress) -> Self:
        return replace(self, progress={**self.progress, job_key: progress})


class XpEvent(Struct, frozen=True):
    """One award of experience, as an entry of a job's history.

    Attributes:
        xp: the experience added, after multiplier, epiphany and cap.
        metadata: details from the caller.
    """

    job_key: str
    xp: int
    source: str
    metadata: Mapping[str, Any] | None = None


class NewXpEvents(Collected[XpEvent]):
    """The experience that a player has earned in this action."""


class JobStanding(Struct, frozen=True):
    """A player's level in a job, and what the next level needs.

    Attributes:
        level_xp: experience since the level was reached, at most what the next level needs.
        level_requirement: experience from this level to the next; 0 at the highest.
        xp_to_next: experience missing for the next level; 0 at the highest.
        max_level: the highest level under the community's current cap.
    """

    job: Job
    level: int
    xp: int
    level_xp: int
    level_requirement: int
    xp_to_next: int
    max_level: int


class UnknownJob(NotFound):
    code = "not_found"
    message = "There is no job called {job}."
