"""Engagement: what players do for their community, with weights."""

from __future__ import annotations

from msgspec import Struct

from community.players.collected import Collected


class Engagement(Struct, frozen=True):
    """One recorded piece of engagement.

    Attributes:
        metric: the kind of engagement, e.g. "message".
        value: the amount, at least 1.
        score: its contribution points, with the community's and the player's bonuses.
    """

    metric: str
    value: int
    score: int


class NewEngagements(Collected[Engagement]):
    """The engagement of a player in this action."""
