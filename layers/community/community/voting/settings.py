"""Settings for voting and targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kernel.settings import count, text


@dataclass(frozen=True, slots=True)
class VotingSettings:
    minimum_age: timedelta
    """How long after an account's first line its vote counts; zero for at once."""
    rollover_cap: int | None
    """Limit of surplus points that count towards the next target; None for no limit."""


settings = VotingSettings(
    minimum_age=timedelta(minutes=count("VOTE_MINIMUM_AGE_MINUTES", default=0)),
    rollover_cap=count("ROLLOVER_CAP") if text("ROLLOVER_CAP") else None,
)
