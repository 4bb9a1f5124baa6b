"""What players do for their community, weighed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Engagement:
    """
    Attributes:
        metric: what it was, e.g. "message".
        value: how much of it, at least 1.
        score: contribution points it is worth, with the community's and the player's bonuses.
    """

    metric: str
    value: int
    score: int
