"""Streaks and periods."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
from community.stats import streaks, texts
from community.stats.models import Period, Streak
from community.stats.reports import parse_period
from community.stats.rules import continue_streak, current_days, merge_streaks, start_of
from community.stats.settings import StreakSettings

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
        # A clock that was ahead, or one that is behind around midnight: the days from the first to today.
        (Streak(4, TODAY + timedelta(days=1)), Streak(3, TODAY)),
        (Streak(4, TODAY + timedelta(days=365)), Streak(1, TODAY)),
    ],
)
def test_a_streak_goes_on_from_day_to_day(streak: Streak, expected: Streak):
    assert continue_streak(streak, TODAY) == expected


@pytest.mark.parametrize(
    ("streak", "days"), [(Streak(), 0), (Streak(4, TODAY), 4), (Streak(4, YESTERDAY), 4), (Streak(4, BEFORE), 0)]
)
def test_a_streak_is_over_after_a_day_without(streak: Streak, days: int):
    assert current_days(streak, TODAY) == days


@pytest.mark.parametrize(
    ("streak", "expected"),
    [
        (Streak(4, BEFORE), Streak(6, TODAY, repaired_on=YESTERDAY)),
        (Streak(1, BEFORE), Streak(3, TODAY, repaired_on=YESTERDAY)),
        (Streak(4, BEFORE, date(2026, 1, 31)), Streak(6, TODAY, repaired_on=YESTERDAY)),
        # The missed day's month decides, and has had its repair.
        (Streak(4, BEFORE, date(2026, 2, 1)), Streak(1, TODAY, date(2026, 2, 1))),
        (Streak(4, BEFORE - timedelta(days=1)), Streak(1, TODAY)),
        (Streak(4, YESTERDAY), Streak(5, TODAY)),
        (Streak(), Streak(1, TODAY)),
    ],
)
def test_one_missed_day_a_month_is_forgiven(streak: Streak, expected: Streak):
    assert continue_streak(streak, TODAY, repairs=True) == expected
    alive = expected.days > 1
    assert current_days(streak, TODAY, repairs=True) == (streak.days if alive else 0)


def test_merged_streaks_have_had_each_others_repairs():
    repaired, other = Streak(4, TODAY, date(2026, 2, 20)), Streak(9, BEFORE - timedelta(days=5), date(2026, 2, 10))

    assert merge_streaks(repaired, other) == merge_streaks(other, repaired)
    assert merge_streaks(repaired, other).repaired_on == date(2026, 2, 20)


def test_a_day_is_that_of_the_communitys_time_zone(monkeypatch: pytest.MonkeyPatch):
    evening = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert streaks.day_of(evening) == TODAY

    monkeypatch.setattr(streaks, "settings", StreakSettings(ZoneInfo("Europe/Berlin"), repairs=False))

    assert streaks.day_of(evening) == TODAY + timedelta(days=1)
    assert streaks.continued(Streak(4, TODAY), evening) == Streak(5, TODAY + timedelta(days=1))
    assert streaks.days_at(Streak(4, YESTERDAY), evening) == 0


def test_every_stat_that_the_game_counts_has_a_name():
    source = "".join(file.read_text() for file in Path(community.__file__).parent.rglob("*.py"))
    counted = set(re.findall(r'(?:count_stat|add_stat)\([^"(){}]*"([a-z_.]+)"', source))

    assert {"message_received", "trap.placed", "job_xp_critical"} <= counted
    assert {each for each in counted if texts.name_of(each).casefold() == each.replace("_", " ")} <= {"search"}


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
