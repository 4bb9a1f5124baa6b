"""The game's days. Source: rules 12."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

DAY = timedelta(days=1)

# The day of the game begins at midnight there, which is 17:00 UTC.
GAME_ZONE = timezone(timedelta(hours=7))


def game_day(now: datetime) -> date:
    return now.astimezone(GAME_ZONE).date()


def day_start(now: datetime) -> datetime:
    """When the game day of `now` began, UTC."""
    return datetime.combine(game_day(now), time(), GAME_ZONE).astimezone(UTC)


def next_day_start(now: datetime) -> datetime:
    return day_start(now) + DAY
