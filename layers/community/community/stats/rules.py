"""Streaks and periods. Source: rules 15."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from community.stats.models import Period, Streak

DAY = timedelta(days=1)
BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00Z")

_SPANS: dict[Period, timedelta] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
_MONTHS: dict[Period, int] = {"monthly": 1, "yearly": 12}


def continue_streak(streak: Streak, today: date, *, repairs: bool = False) -> Streak:
    """Return the streak after a stat of today: extended if it includes yesterday, else new.

    Args:
        repairs: whether one missed day per month is forgiven.
    """
    if streak.last_on > today:  # a clock was ahead
        return replace(streak, days=max(1, (today - streak.first_on).days + 1), last_on=today)
    if streak.last_on == today:
        return streak
    if streak.last_on == today - DAY:
        return replace(streak, days=streak.days + 1, last_on=today)
    if repairs and _can_be_repaired(streak, today):
        return Streak(streak.days + 2, today, repaired_on=today - DAY)
    return Streak(1, today, streak.repaired_on)


def current_days(streak: Streak, today: date, *, repairs: bool = False) -> int:
    """Return the length of the streak; it remains valid as long as a stat of today would extend it."""
    if streak.last_on > today:
        return continue_streak(streak, today).days
    if streak.last_on >= today - DAY or (repairs and _can_be_repaired(streak, today)):
        return streak.days
    return 0


def _can_be_repaired(streak: Streak, today: date) -> bool:
    """Tell whether yesterday alone is missing, and no other day of its month has been forgiven."""
    missed = today - DAY
    same_month = (missed.year, missed.month) == (streak.repaired_on.year, streak.repaired_on.month)
    return streak.days > 0 and streak.last_on == missed - DAY and not same_month


def merge_streaks(one: Streak, other: Streak) -> Streak:
    """Combine two streaks, as far as their days are consecutive up to the latest."""
    earlier, later = sorted((one, other), key=lambda streak: streak.last_on)
    repaired_on = max(one.repaired_on, other.repaired_on)
    if not earlier.days or earlier.last_on < later.first_on - DAY:
        return replace(later, repaired_on=repaired_on)
    days = (later.last_on - min(earlier.first_on, later.first_on)).days + 1
    return Streak(days, later.last_on, repaired_on)


def start_of(period: Period, now: datetime) -> datetime:
    """Return the start of the period that ends now.

    With months it can stay the same: on 28, 29, 30 and 31 March, a month starts on 28 February.
    """
    if period == "all":
        return BEGINNING
    if period in _MONTHS:
        return _months_before(now, _MONTHS[period])
    return now - _SPANS[period]


def _months_before(moment: datetime, months: int) -> datetime:
    """Return the same time of the same day, or of the month's last day when it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
