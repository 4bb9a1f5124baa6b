"""What an installation may choose about votes and their targets."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import count, text


@dataclass(frozen=True, slots=True)
class VotingSettings:
    rollover_cap: int | None
    """The most points beyond a target's cost that count towards the next; None for all."""


settings = VotingSettings(
    rollover_cap=count("ROLLOVER_CAP") if text("ROLLOVER_CAP") else None,
)
