"""Streaks and periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.stats.models import Period, Streak
from community.stats.reports import parse_period
from community.stats.rules import continue_streak, current_days, start_of

TODAY = date(2026, 3, 1)
YESTERDAY = date(2026, 2, 28)
BEFORE = date(2026, 2, 27)


@pytest.mark.parametrize(
    ("streak", "expected"),
    [
        (Streak(), Streak(1, TODAY)),
        (Streak(4, TODAY), Streak(4, TODAY)),
        (Streak(4, YESTERDAY), Streak(5, TODAY)),
        (Streak(4, BEFORE), Streak(1, TODAY)),
        # A clock that is behind, around midnight.
        (Streak(4, TODAY + timedelta(days=1)), Streak(4, TODAY + timedelta(days=1))),
    ],
)
def test_a_streak_goes_on_from_day_to_day(streak: Streak, expected: Streak):
    assert continue_streak(streak, TODAY) == expected


@pytest.mark.parametrize(
    ("streak", "days"), [(Streak(), 0), (Streak(4, TODAY), 4), (Streak(4, YESTERDAY), 4), (Streak(4, BEFORE), 0)]
)
def test_a_streak_is_over_after_a_day_without(streak: Streak, days: int):
    assert current_days(streak, TODAY) == days


@given(st.lists(st.dates(TODAY, TODAY + timedelta(days=40)), min_size=1).map(sorted))
def test_a_streak_counts_the_days_in_a_row(days: list[date]):
    streak = Streak()
    for day in days:
        streak = continue_streak(streak, day)

    in_a_row = 1
    while days[-1] - timedelta(days=in_a_row) in days:
        in_a_row += 1
    assert current_days(streak, days[-1]) == in_a_row


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "now", "start"),
    [
        ("hourly", "2026-03-01 00:30", "2026-02-28 23:30"),
        ("daily", "2026-03-01 12:00", "2026-02-28 12:00"),
        ("weekly", "2026-03-01 12:00", "2026-02-22 12:00"),
        ("monthly", "2026-03-15 12:00", "2026-02-15 12:00"),
        ("monthly", "2026-01-31 12:00", "2025-12-31 12:00"),
        ("monthly", "2026-03-28 23:00", "2026-02-28 23:00"),
        ("monthly", "2026-03-31 01:00", "2026-02-28 01:00"),
        ("monthly", "2024-03-31 01:00", "2024-02-29 01:00"),
        ("monthly", "2026-05-31 01:00", "2026-04-30 01:00"),
        ("yearly", "2026-03-15 12:00", "2025-03-15 12:00"),
        ("yearly", "2024-02-29 12:00", "2023-02-28 12:00"),
        ("yearly", "2025-02-28 12:00", "2024-02-28 12:00"),
        ("all", "2026-03-15 12:00", "2000-01-01 00:00"),
    ],
)
def test_a_period_begins(period: Period, now: str, start: str):
    assert start_of(period, moment(now)) == moment(start)


@pytest.mark.parametrize(
    ("word", "period"),
    [("hourly", "hourly"), ("Weekly", "weekly"), ("all", "all"), ("fortnightly", "daily"), ("", "daily")],
)
def test_an_unknown_period_is_a_day(word: str, period: str):
    assert parse_period(word) == period
