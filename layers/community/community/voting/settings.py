"""Settings for voting and targets."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from kernel.settings import count, text


class VotingSettings(Struct, frozen=True):
    minimum_age: timedelta
    """How long after an account's first line its vote counts; zero for at once."""
    rollover_cap: int | None
    """Limit of surplus points that count towards the next target; None for no limit."""


settings = VotingSettings(
    minimum_age=timedelta(minutes=count("VOTE_MINIMUM_AGE_MINUTES", default=0)),
    rollover_cap=count("ROLLOVER_CAP") if text("ROLLOVER_CAP") else None,
)
