"""When a node will be unlocked. Source: rules 9.10."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from community.engagement.estimates import NEVER, Estimate, estimate
from community.engagement.rules import Trend, Velocity

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def pace(points_per_day: int | Fraction, sample_size: int = 7, trend: Trend = "stable") -> Velocity:
    return Velocity(Fraction(points_per_day), trend, 7, sample_size, Fraction(points_per_day) * 7)


def test_the_points_that_are_missing_at_the_present_pace():
    assert estimate(130, 30, pace(40), maxed=False, now=NOON) == Estimate(
        Fraction(5, 2), "high", 100, NOON + timedelta(days=2, hours=12)
    )


def test_points_beyond_the_cost_leave_nothing_to_wait_for():
    assert estimate(130, 200, pace(40), maxed=False, now=NOON) == Estimate(Fraction(0), "high", 0, NOON)


def test_a_community_at_rest_never_gets_there():
    assert estimate(130, 30, pace(0, sample_size=0), maxed=False, now=NOON) == Estimate(NEVER, "low", 100, None)
    assert NEVER == -1


def test_nothing_is_left_of_a_maxed_node():
    assert estimate(130, 0, pace(0, sample_size=0), maxed=True, now=NOON) == Estimate(Fraction(0), "high", 0, None)


@pytest.mark.parametrize(
    ("sample_size", "trend", "confidence"),
    [
        (0, "stable", "low"),
        (2, "increasing", "low"),
        (3, "decreasing", "medium"),
        (6, "increasing", "medium"),
        (7, "stable", "high"),
        (7, "increasing", "high"),
        (7, "decreasing", "medium"),
        (30, "stable", "high"),
    ],
)
def test_confidence_grows_with_the_days_seen(sample_size: int, trend: Trend, confidence: str):
    assert estimate(100, 0, pace(10, sample_size, trend), maxed=False, now=NOON).confidence == confidence


def test_what_takes_for_ever_has_no_date():
    far = estimate(10**9, 0, pace(Fraction(1, 36_500)), maxed=False, now=NOON)

    assert (far.days, far.date) == (10**9 * 36_500, None)
