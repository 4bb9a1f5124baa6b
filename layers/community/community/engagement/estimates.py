"""Estimates of when the community will have enough points for a node. Source: rules 9.10."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from community.engagement.rules import Velocity

Confidence = Literal["high", "medium", "low"]

NEVER = Fraction(-1)
_MAX_FORECAST_DAYS = 365_000
"""Dates a thousand years ahead are meaningless, and much later ones cannot be represented."""


class Estimate(Struct, frozen=True):
    """When the community will have enough points for a node.

    Attributes:
        days: until the points are reached; `NEVER` while no one makes any.
        required_points: how many are still missing.
        date: aware UTC; None when it cannot be estimated, or the node is complete.
    """

    days: Fraction
    confidence: Confidence
    required_points: int
    date: datetime | None


def estimate(cost: int, accumulated_if_target: int, velocity: Velocity, maxed: bool, now: datetime) -> Estimate:
    """Estimate when the community will have enough points for a node's next level.

    Args:
        cost: the cost of the node's next level.
        accumulated_if_target: the points made so far when the node is the current target; otherwise 0.
        maxed: whether no level is left to unlock.
    """
    if maxed:
        return Estimate(Fraction(0), "high", 0, None)
    required = max(0, cost - accumulated_if_target)
    confidence = _confidence(velocity)
    if velocity.points_per_day <= 0:
        return Estimate(NEVER, confidence, required, None)
    days = required / velocity.points_per_day
    date = now + timedelta(days=float(days)) if days <= _MAX_FORECAST_DAYS else None
    return Estimate(days, confidence, required, date)


def _confidence(velocity: Velocity) -> Confidence:
    if velocity.sample_size >= 7:
        return "medium" if velocity.trend == "decreasing" else "high"
    return "medium" if velocity.sample_size >= 3 else "low"
