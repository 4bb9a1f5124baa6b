"""Ranks that equals share, and reports as sentences."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.ranking import MAX_COUNTED, Standing, neighbourhood, ranks
from community.stats import texts
from community.stats.models import Report

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 8)]


@pytest.mark.parametrize(
    ("amounts", "expected"), [([], []), ([5], [1]), ([5, 5, 3], [1, 1, 3]), ([9, 7, 7, 7, 1], [1, 2, 2, 2, 5])]
)
def test_equals_share_a_rank(amounts: list[int], expected: list[int]):
    assert ranks(amounts) == expected


@given(st.lists(st.integers(1, 5)).map(lambda amounts: sorted(amounts, reverse=True)))
def test_a_rank_is_one_more_than_how_many_are_ahead(amounts: list[int]):
    assert ranks(amounts) == [1 + sum(other > amount for other in amounts) for amount in amounts]


def test_a_neighbourhood_keeps_as_many_on_either_side_as_asked_for():
    rows = [[str(user_id), f"p{number}", 9 - number, number] for number, user_id in enumerate(IDS)]

    found = neighbourhood(rows, IDS[3], 2)

    assert [place.username for place in found.ahead] == ["p1", "p2"]
    assert found.own == Standing(IDS[3], "p3", 6, 4)
    assert [place.username for place in found.behind] == ["p4", "p5"]
    assert neighbourhood(None, IDS[0], 2).own is None


def test_beyond_the_ranks_that_are_counted_there_is_none():
    found = neighbourhood([[str(IDS[0]), "alice", 1, MAX_COUNTED]], IDS[0], 2)

    assert texts.rank("alice", "search", "weekly", found) == (
        f"Searches in the last 7 days: alice has 1, and more than {MAX_COUNTED:,} are ahead."
    )


def test_a_rank_is_told_with_its_neighbours():
    rows = [
        [str(user_id), name, count, ahead]
        for user_id, name, count, ahead in zip(IDS, ("bob", "alice", "carol"), (2000, 12, 9), (0, 1, 2), strict=False)
    ]

    assert texts.rank("alice", "money", "daily", neighbourhood(rows, IDS[1], 2)) == (
        "Money: alice is number 2 with 12. Right ahead: bob (2,000). Right behind: carol (9)."
    )


def test_a_report_is_told_with_names_and_without_what_everyone_has():
    counts = {"item_added": 2, "sneezed_loudly": 1, "daily_streak": 1, "user_registered": 1}

    told = texts.told(Report("all", NOON, NOON, counts, streak=4, username="alice"))

    assert told == "alice, so far: Gifts from the community: 2, Sneezed loudly: 1. Active for 4 days in a row."
    assert texts.told(Report("hourly", NOON, NOON, {})) == "All players together, in the last hour: nothing yet."


def test_a_message_for_a_chat_has_room_for_the_longest_names():
    standings = [Standing(user_id, "x" * 50, 999_999_999, 1) for user_id in IDS]

    assert len(texts.leaders("search", "monthly", standings)) <= 500
