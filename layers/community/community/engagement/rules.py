"""The points for engagement. Source: rules 9.6 and 9.10."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Literal

from msgspec import Struct

from community.jobs.content import jobs
from community.progression.models import CommunityState
from community.progression.rules import modified

SCHOLAR_XP = 5
_UNLISTED = {"command": Fraction(2)}


def weight(weights: Mapping[str, Fraction], metric: str) -> Fraction:
    """Return the points for one unit. A metric that is missing or 0 in the table weighs 1; a command weighs 2."""
    return weights.get(metric) or _UNLISTED.get(metric, Fraction(1))


def score(state: CommunityState, metric: str, value: int, scholar_level: int) -> int:
    """Return contribution points, truncated once, at the end."""
    known = state.scores.get((metric, value, scholar_level))
    if known is not None:
        return known
    weighed = Fraction(modified(state, "progression_rate", value * weight(state.weights, metric)))
    points = int(weighed * (1 + jobs.bonus("scholar", "engagement_bonus", scholar_level)))
    return state.scores.keep((metric, value, scholar_level), points)


def most_within(room: int, state: CommunityState, metric: str, value: int, scholar_level: int) -> int:
    """Return the largest part of `value` whose score is at most `room`; 0 without room."""
    if not room:
        return 0
    return bisect_right(range(1, value + 1), room, key=lambda part: score(state, metric, part, scholar_level))


def total_score(totals: Mapping[str, int], weights: Mapping[str, Fraction]) -> int:
    """Return the score of {metric: total}: each metric's share is truncated, then all are added."""
    return sum(int(total * weight(weights, metric)) for metric, total in totals.items())


PERIOD_DAYS = 7
_CHANGED = Fraction(1, 10)

Trend = Literal["increasing", "decreasing", "stable"]


class Velocity(Struct, frozen=True):
    """How fast a community makes points.

    Attributes:
        points_per_day: over the whole period, including days without points.
        period_days: UTC days in the period, which ends today.
        sample_size: days of the period with any engagement.
        total_points: points in the whole period.
    """

    points_per_day: Fraction
    trend: Trend
    period_days: int
    sample_size: int
    total_points: Fraction


def first_day(today: date, days: int) -> date:
    """Return the first of the `days` UTC days that end today."""
    return today - timedelta(days=min(days, today.toordinal()) - 1)


def velocity(rows: Iterable[tuple[str, str, int]], weights: Mapping[str, Fraction], days: int, today: date) -> Velocity:
    """Measure how fast the community makes points over a period.

    Args:
        rows: (day as YYYY-MM-DD, metric, total); days outside the period do not count.
        days: at least 1.
    """
    first, last = str(first_day(today, days)), str(today)
    counted = [row for row in rows if first <= row[0] <= last]
    by_metric = {metric: weight(weights, metric) for _, metric, _ in counted}
    # In whole numbers, because fractions are slow to add.
    unit = lcm(*(each.denominator for each in by_metric.values()))
    units = {metric: int(each * unit) for metric, each in by_metric.items()}
    points: dict[str, int] = defaultdict(int)
    for day, metric, total in counted:
        points[day] += total * units[metric]
    by_day = [Fraction(points[day], unit) for day in sorted(points)]
    total_points = sum(by_day, Fraction(0))
    return Velocity(total_points / days, _trend(by_day), days, len(by_day), total_points)


def _trend(points: list[Fraction]) -> Trend:
    """Compare the newer half of the active days with the older half, which is the smaller one."""
    if len(points) < 2:
        return "stable"
    middle = len(points) // 2
    older = sum(points[:middle], Fraction(0)) / middle
    newer = sum(points[middle:], Fraction(0)) / (len(points) - middle)
    if newer > older * (1 + _CHANGED):
        return "increasing"
    if newer < older * (1 - _CHANGED):
        return "decreasing"
    return "stable"
