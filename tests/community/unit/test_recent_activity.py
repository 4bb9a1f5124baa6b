"""The limits on points per minute and on identical lines in a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.engagement import rules as engagement
from community.engagement.content import weights
from community.progression.models import CommunityState
from community.recent_activity.models import RecentActivity
from community.recent_activity.rules import earned, heard, merged, room
from tests.support.catalog import shipped_names

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = CommunityState(UUID(int=0), {}, shipped_names(), weights.by_metric)


def counted(limit: int, *lines: str) -> list[bool]:
    recent, counts = RecentActivity(), list[bool]()
    for line in lines:
        recent, each = heard(recent, line, limit)
        counts.append(each)
    return counts


def test_of_identical_lines_in_a_row_as_many_count_as_the_limit_says():
    assert counted(2, "hi", "hi", "hi", "hi") == [True, True, False, False]
    assert counted(2, "hi", "hi", "hi", "ho", "hi", "hi") == [True, True, False, True, True, True]
    assert counted(0, "hi", "hi", "hi") == [True, True, True]


def test_lines_are_identical_whatever_their_case_blanks_and_form():
    assert counted(1, "Hello you", "  hello   YOU ", "ｈello you", "hello you!") == [True, False, False, True]


def test_a_line_that_is_not_told_counts_and_interrupts_nothing():
    assert counted(1, "hi", "", " ", "hi") == [True, True, True, False]


def test_a_flood_of_one_line_changes_nothing_after_the_limit():
    recent, _ = heard(RecentActivity(), "hi", 1)
    recent, _ = heard(recent, "hi", 1)

    assert heard(recent, "hi", 1) == (recent, False)


def test_points_are_counted_by_the_minute_of_the_clock():
    recent = earned(earned(RecentActivity(), NOON, 3), NOON + timedelta(seconds=59), 4)

    assert room(recent, NOON + timedelta(seconds=59), 10) == 3
    assert room(recent, NOON + timedelta(seconds=60), 10) == 10
    assert room(earned(recent, NOON, 99), NOON, 10) == 0
    assert earned(recent, NOON + timedelta(minutes=1), 2).points == 2


def test_merged_players_have_the_points_of_both_in_the_same_minute():
    one, other = earned(RecentActivity(), NOON, 3), earned(RecentActivity(), NOON, 4)
    later = earned(RecentActivity(), NOON + timedelta(minutes=1), 1)

    assert merged(one, other).points == 7
    assert merged(one, later) == merged(later, one) == later


@pytest.mark.parametrize(("left", "value"), [(0, 0), (1, 0), (2, 1), (5, 2), (6, 3), (99, 7)])
def test_of_engagement_over_the_limit_as_much_counts_as_there_is_room_for(left: int, value: int):
    assert engagement.most_within(left, STATE, "command", 7, 0) == value  # a command scores 2


@given(left=st.integers(0, 50), value=st.integers(1, 60), level=st.integers(0, 10))
def test_what_is_within_the_limit_is_the_most_there_could_be(left: int, value: int, level: int):
    part = engagement.most_within(left, STATE, "item_sold", value, level)

    assert 0 <= part <= value
    assert part == 0 or engagement.score(STATE, "item_sold", part, level) <= left
    assert not left or part == value or engagement.score(STATE, "item_sold", part + 1, level) > left
