"""Streaks. Source: rules 15."""

from __future__ import annotations

from datetime import date, timedelta

from brandish.stats.models import Streak


def continued(streak: Streak | None, today: date) -> Streak:
    """The streak after a stat of today: one day longer when there was one yesterday, new after a gap."""
    if streak is not None and streak.last_on >= today:
        return streak
    if streak is not None and streak.last_on == today - timedelta(days=1):
        return Streak(streak.days + 1, today)
    return Streak(1, today)


def current_days(streak: Streak | None, today: date) -> int:
    """Days in a row; a streak may be continued all through the day after its last one."""
    if streak is None or streak.last_on < today - timedelta(days=1):
        return 0
    return streak.days
