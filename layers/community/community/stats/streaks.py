"""Streaks in this community: by the days of its time zone, and with repairs if they are switched on."""

from __future__ import annotations

from datetime import date, datetime

from community.stats import rules
from community.stats.models import Streak
from community.stats.settings import settings


def day_of(now: datetime) -> date:
    """Return the community's day."""
    return now.astimezone(settings.time_zone).date()


def continued(streak: Streak, now: datetime) -> Streak:
    """Return the streak after a stat of now."""
    return rules.continue_streak(streak, day_of(now), repairs=settings.repairs)


def days_at(streak: Streak, now: datetime) -> int:
    """Return the length that the streak has now; 0 when it is over."""
    return rules.current_days(streak, day_of(now), repairs=settings.repairs)
