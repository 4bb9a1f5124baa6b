"""How the home feed is scored, merged and sorted. Source: personas 14.3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from personas.feed.models import FeedBattle, FeedTemplate
from personas.feed.rules import compose, rounded, topic_of

NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)


def battle(number: int = 1, *, hours: float = 0, shares: int = 0, remixes: int = 0) -> FeedBattle:
    published_at = NOW - timedelta(hours=hours)
    return FeedBattle(
        battle_id=UUID(int=number),
        room_id=UUID(int=99),
        room_name="room",
        persona_id=None,
        persona_name=None,
        topic="topic",
        created_at=published_at,
        published_at=published_at,
        shares=shares,
        remixes=remixes,
        template_id=None,
        template_name=None,
    )


def template(number: int = 1, *, hours: float = 0, usage: int = 0) -> FeedTemplate:
    return FeedTemplate(
        template_id=UUID(int=number),
        name="t",
        prompt_rules="r",
        turn_count=6,
        word_limit=120,
        created_at=NOW - timedelta(hours=hours),
        usage_count=usage,
    )


def test_the_higher_of_two_scores_gives_the_reason():
    one = battle(hours=10, shares=3, remixes=2)

    [item] = compose([one], [one], [], NOW).items

    assert (item.score, item.reason) == (105.5, "followed_persona")
    assert item.reasons == ("followed_persona", "trending_battle")


def test_the_reasons_keep_their_order_when_trending_wins():
    one = battle(shares=20, remixes=6)

    [item] = compose([one], [one], [], NOW).items

    assert (item.score, item.reason) == (160, "trending_battle")
    assert item.reasons == ("followed_persona", "trending_battle")


def test_an_equal_score_does_not_replace_the_reason():
    one = battle(shares=19, remixes=6)  # 157 each

    [item] = compose([one], [one], [], NOW).items

    assert (item.score, item.reason) == (157, "followed_persona")


def test_a_template_of_two_days_with_five_uses():
    assert [item.score for item in compose([], [], [template(hours=48, usage=5)], NOW).items] == [64.24]


def test_a_battle_that_no_one_shares_any_more_does_not_trend():
    assert compose([], [battle()], [], NOW).items == ()


def test_scores_may_be_negative_and_an_age_may_not():
    old, future = battle(1, hours=300, shares=1), battle(2, hours=-5)

    items = compose([old, future], [], [], NOW).items

    assert [item.score for item in items] == [95, -8]


@pytest.mark.parametrize(
    ("exact", "score"), [("0.125", 0.13), ("-0.125", -0.13), ("2.675", 2.68), ("-2.674", -2.67), ("0.005", 0.01)]
)
def test_halves_are_rounded_away_from_zero(exact: str, score: float):
    assert rounded(Decimal(exact)) == score


def test_equal_scores_are_sorted_by_time_and_then_by_id():
    items = compose([battle(3), battle(1), battle(2, hours=-1)], [], [], NOW).items

    assert [item.subject.key[-1] for item in items] == ["2", "1", "3"]


def test_the_feed_has_at_most_50_items():
    many = [battle(number, shares=1) for number in range(60)]

    assert len(compose(many, [], [], NOW).items) == 50


def test_the_most_used_template_is_highlighted_the_newer_of_two():
    templates = [template(1, hours=1, usage=2), template(2, hours=2, usage=5), template(3, hours=3, usage=5)]

    feed = compose([], [], templates, NOW)

    assert feed.highlight
    assert (feed.highlight.template_id.int, feed.highlight.is_trending) == (2, True)
    trending = {
        item.subject.key: item.subject.is_trending for item in feed.items if isinstance(item.subject, FeedTemplate)
    }
    assert sorted(trending.values()) == [False, False, True]
    assert trending[feed.highlight.key]


def test_a_template_that_no_one_uses_is_the_highlight_when_it_is_the_only_one():
    feed = compose([], [], [template()], NOW)

    assert len(feed.items) == 1
    assert feed.highlight == feed.items[0].subject


@pytest.mark.parametrize(
    ("content", "topic"),
    [
        ("Hello\nTOPIC:  Ship weekly. Always  \nx", "Ship weekly. Always"),
        ("topic:\nShip it! Now", "Ship it"),
        ("Ship it! Now", "Ship it"),
        ("Ship it\nNow", "Ship it"),
        ("... ", ""),
        ("x" * 150, "x" * 140),
        ("long " * 40, "long " * 27 + "long…"),
        ("Is it Node.js or Deno?", "Is it Node.js or Deno?"),
        ("Is it 3.5 or 4? Tell me.", "Is it 3.5 or 4?"),
        ("?", ""),
    ],
)
def test_the_topic_is_the_labelled_line_or_the_first_part(content: str, topic: str):
    assert topic_of(content) == topic
