"""Settings for voting and targets."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import count, text


@dataclass(frozen=True, slots=True)
class VotingSettings:
    rollover_cap: int | None
    """Limit of surplus points that count towards the next target; None for no limit."""


settings = VotingSettings(
    rollover_cap=count("ROLLOVER_CAP") if text("ROLLOVER_CAP") else None,
)
