"""Game days. Source: rules 12."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

DAY = timedelta(days=1)

# The game day begins at midnight in this zone, which is 17:00 UTC.
GAME_ZONE = timezone(timedelta(hours=7))


def game_day(now: datetime) -> date:
    return now.astimezone(GAME_ZONE).date()


def day_start(now: datetime) -> datetime:
    """Return when the current game day began, in UTC."""
    return datetime.combine(game_day(now), time(), GAME_ZONE).astimezone(UTC)


def next_day_start(now: datetime) -> datetime:
    return day_start(now) + DAY
