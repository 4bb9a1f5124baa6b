"""What is in a digest, and how it is put. Source: personas 14.1, 14.2."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kernel.texts import speaking
from personas import translations as translations
from personas.digests.models import ActiveThread, Candidate, DailyStats
from personas.digests.rules import best, week_of, weekly_sentence
from personas.digests.texts import day_in_numbers, weekly_line

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)


def candidate(
    number: int = 1, *, hours: float = 0, shares: int = 0, remixes: int = 0, is_followed: bool = False
) -> Candidate:
    published_at = NOW - timedelta(hours=hours)
    return Candidate(
        battle_id=UUID(int=number),
        room_id=UUID(int=99),
        room_name="room",
        content="topic",
        created_at=published_at,
        published_at=published_at,
        shares=shares,
        remixes=remixes,
        is_followed=is_followed,
    )


def test_following_engagement_and_freshness_are_added_up():
    [(_, score)] = best([candidate(hours=30, shares=2, remixes=1, is_followed=True)], NOW)

    assert score == 79


def test_a_fresh_battle_comes_before_an_old_popular_one():
    found = best([candidate(1, hours=100, shares=10, remixes=4), candidate(2, hours=1)], NOW)

    assert [(each.battle_id.int, score) for each, score in found] == [(2, 95), (1, 32)]


def test_five_candidates_make_three_items():
    assert len(best([candidate(number) for number in range(5)], NOW)) == 3


def test_of_equal_scores_the_newer_comes_first():
    found = best([candidate(1, hours=120), candidate(2, hours=110)], NOW)

    assert [(each.battle_id.int, score) for each, score in found] == [(2, 0), (1, 0)]


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (datetime(2026, 2, 18, 5, tzinfo=UTC), date(2026, 2, 16)),
        (datetime(2026, 2, 22, 23, 59, 59, tzinfo=UTC), date(2026, 2, 16)),
        (datetime(2026, 2, 23, tzinfo=UTC), date(2026, 2, 23)),
    ],
)
def test_a_week_begins_on_monday(day: datetime, week: date):
    assert week_of(day) == week


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [
        ("Short. This one is long enough. More.", "Short. This one is long enough."),
        ("Version 3.5 of the thing\n is faster! Yes.", "Version 3.5 of the thing is faster!"),
        ("No end at all", "No end at all."),
        ("word " * 60, ("word " * 44).strip()[:219] + "."),
        ("", ""),
        ("Nineteen characters. And then some more", "Nineteen characters."),
        ("Short one here now. Then the second.", "Short one here now. Then the second."),
    ],
)
def test_a_weekly_summary_is_one_sentence_that_ends_like_one(summary: str, sentence: str):
    assert weekly_sentence(summary) == sentence
    assert len(sentence) <= 220


def test_without_a_summary_its_numbers_or_its_room_speak():
    assert weekly_line(3, 2, "games") == "Shared 3× and remixed 2× in two weeks."
    assert weekly_line(3, 0, "games") == "Shared 3× in two weeks."
    assert weekly_line(0, 1, "games") == "Remixed 1× in two weeks."
    assert weekly_line(0, 0, "games") == "A fresh thread in games."


def test_a_day_in_numbers_is_in_the_readers_language():
    thread = ActiveThread(
        post_id=UUID(int=1),
        room_id=UUID(int=2),
        room_name="cybersecurity",
        post_preview="",
        activity_count=2,
        last_activity_at=NOW,
    )
    stats = DailyStats(posts=1, replies=2, activities=5, top_threads=(thread, thread))

    assert day_in_numbers("Ada", stats) == "Ada wrote 1 post and 2 replies. Most of it in cybersecurity."
    with speaking("tr"):
        assert day_in_numbers("Ada", stats) == "Ada 1 gönderi ve 2 yanıt yazdı. En çok şu odalarda: siber-güvenlik."
        assert day_in_numbers("Ada", DailyStats()) == "Sakin bir gün: gönderi ve yanıt yok."
    with speaking("de"):
        assert day_in_numbers("Ada", stats) == (
            "Ada hat 1 Beitrag und 2 Antworten geschrieben. Das meiste davon in cybersicherheit."
        )
