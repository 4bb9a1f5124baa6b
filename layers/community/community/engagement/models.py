"""What players do for their community, weighed."""

from __future__ import annotations

from dataclasses import dataclass

from community.players.collected import Collected


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


class NewEngagements(Collected[Engagement]):
    """What a player has done in this action."""
