"""When the community will have made the points for a node. Source: rules 9.10."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from community.engagement.rules import Velocity

Confidence = Literal["high", "medium", "low"]

NEVER = Fraction(-1)
_MAX_FORECAST_DAYS = 365_000
"""A date a thousand years ahead says nothing, and much later ones cannot be written."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    Attributes:
        days: until the points are there; `NEVER` while nobody makes any.
        required_points: still missing.
        date: aware UTC; None when there is no saying, or nothing to wait for.
    """

    days: Fraction
    confidence: Confidence
    required_points: int
    date: datetime | None


def estimate(cost: int, accumulated_if_target: int, velocity: Velocity, maxed: bool, now: datetime) -> Estimate:
    """
    Args:
        cost: of the node's next level.
        accumulated_if_target: the points made so far when the node is the current target; otherwise 0.
        maxed: no level is left to unlock.
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
