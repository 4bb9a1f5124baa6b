"""What engagement is worth, and how fast it comes. Source: rules 9.6 and 9.10."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.economy.events import ItemBought, ItemSold
from community.engagement import rules
from community.engagement.content import weights as shipped_weights
from community.engagement.models import Engagement, NewEngagements
from community.jobs.models import JobProgress, Jobs
from community.messages.models import MessageReceived
from community.players.models import Player
from community.progression.models import CommunityState
from community.reactions import apply_reactions
from tests.support.catalog import shipped_names

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = NOON.date()

WEIGHTS = {
    "message": 1,
    "command": 2,
    "item_crafted": 200,
    "item_disassembled": 50,
    "item_sold": 50,
    "item_bought": 50,
    "item_used": 10,
    "search_performed": 25,
    "vote_cast": 1,
    "gamble_started": 1,
    "gamble_joined": 1,
    "expedition_started": 1,
    "expedition_completed": 1,
    "compost_deposit": 1,
    "compost_harvest": 1,
    "duel_challenged": 1,
    "slots_spin": 1,
    "slots_win": 1,
    "slots_big_win": 10,
    "slots_jackpot": 200,
    "prediction_total_points": 1,
}


def state(weights: dict[str, Fraction] | None = None, /, **levels: int) -> CommunityState:
    return CommunityState(
        UUID(int=0), levels, shipped_names(), shipped_weights.by_metric if weights is None else weights
    )


def player(at: CommunityState, scholar_level: int = 0) -> Player:
    jobs = {"scholar": JobProgress(0, scholar_level, 0, TODAY)} if scholar_level else {}
    return Player(UUID(int=1), "alice", {}, at, NOON, NOON).having(Jobs(jobs))


@pytest.mark.parametrize(("metric", "points"), WEIGHTS.items())
def test_each_kind_of_engagement_has_its_weight(metric: str, points: int):
    assert rules.score(state(), metric, 1, 0) == points
    assert rules.score(state(), metric, 3, 0) == 3 * points


def test_the_shipped_table_has_these_kinds_and_no_others():
    assert set(shipped_weights.by_metric) == set(WEIGHTS)


@pytest.mark.parametrize(("metric", "points"), [("tea_brewed", 1), ("command", 2), ("message", 1)])
@pytest.mark.parametrize("listed", [False, True], ids=["absent", "zero"])
def test_what_is_not_listed_or_listed_with_zero_counts_once_and_a_command_twice(metric: str, points: int, listed: bool):
    assert rules.score(state({metric: Fraction(0)} if listed else {}), metric, 1, 0) == points


@pytest.mark.parametrize(
    ("value", "scholar", "levels", "points"),
    [
        (1, 0, {}, 25),
        (1, 1, {}, 27),  # 27.5
        (1, 0, {"upgrade_progression_basic": 1}, 27),  # 27.5
        (1, 1, {"upgrade_progression_basic": 1}, 30),  # 30.25; truncating in between would give 29
        (1, 10, {"upgrade_progression_basic": 5}, 75),
        (3, 3, {"upgrade_progression_basic": 2, "upgrade_progression_two": 3}, 152),  # 75 × 1.2 × 1.3 × 1.3 = 152.1
    ],
)
def test_a_score_is_truncated_once_behind_both_bonuses(value: int, scholar: int, levels: dict[str, int], points: int):
    assert rules.score(state(**levels), "search_performed", value, scholar) == points


def test_a_tenth_is_a_tenth():
    # As floats 100 × 1.1 × 1.1 is a little more than 121, and 10 × 0.7 × 1.1 a little less than 7.7.
    tenths = state({"a": Fraction(7, 10)}, upgrade_progression_basic=1)

    assert rules.score(tenths, "a", 100, 0) == 77
    assert rules.score(state({"a": Fraction(1)}, upgrade_progression_basic=1), "a", 100, 1) == 121


def test_what_is_worth_less_than_a_point_teaches_nothing():
    poor = state({"message": Fraction(1, 2)}, job_scholar=1)

    settled = apply_reactions(
        player(poor).record(MessageReceived(user_id=UUID(int=1), platform="twitch")), NOON, Random(1)
    )

    assert settled[NewEngagements] == (Engagement("message", 1, 0),)
    assert settled[Jobs].progress == {}


def test_what_is_worth_a_point_teaches_a_scholar():
    settled = apply_reactions(
        player(state(job_scholar=1)).record(MessageReceived(user_id=UUID(int=1), platform="twitch")), NOON, Random(1)
    )

    assert settled[NewEngagements] == (Engagement("message", 1, 1),)
    assert settled[Jobs].progress["scholar"].xp == rules.SCHOLAR_XP


def test_defect_1_an_action_counts_once_and_under_the_players_id():
    """BrandishBot recorded crafts, purchases, uses and gambles twice, and under the username."""
    sold = ItemSold(user_id=UUID(int=1), item_name="item_dart", quantity=3, money_gained=30, timestamp=0)
    bought = ItemBought(user_id=UUID(int=1), item_name="item_dart", quantity=2, cost=50, timestamp=0)

    settled = apply_reactions(replace(player(state()), events=(sold, bought)), NOON, Random(1))

    assert settled[NewEngagements] == (Engagement("item_sold", 3, 150), Engagement("item_bought", 2, 100))


def test_a_total_is_truncated_metric_by_metric():
    half = {"a": Fraction(1, 2), "b": Fraction(1, 2)}

    assert rules.total_score({"a": 3, "b": 3, "command": 2, "c": 1}, half) == 1 + 1 + 4 + 1


def test_points_per_day_are_over_the_whole_period():
    rows = [("2026-02-23", "message", 6), ("2026-03-01", "item_sold", 1), ("2026-03-01", "tea_brewed", 4)]

    velocity = rules.velocity(rows, shipped_weights.by_metric, 7, TODAY)

    assert velocity == rules.Velocity(Fraction(60, 7), "increasing", 7, 2, Fraction(60))


def test_the_period_ends_today_and_is_as_long_as_it_says():
    rows = [(f"2026-02-{day}", "message", 1) for day in range(20, 29)] + [("2026-03-01", "message", 1)]

    velocity = rules.velocity(rows, shipped_weights.by_metric, 7, TODAY)

    assert rules.first_day(TODAY, 7) == date(2026, 2, 23)
    assert (velocity.total_points, velocity.sample_size) == (7, 7)


@pytest.mark.parametrize("days", [1, 36_500, 1_000_000])
def test_a_period_may_be_longer_than_history(days: int):
    assert rules.first_day(TODAY, days) <= TODAY
    assert rules.velocity(
        [("2026-03-01", "message", 5)], shipped_weights.by_metric, days, TODAY
    ).points_per_day == Fraction(5, days)


@pytest.mark.parametrize(
    ("points", "trend"),
    [
        ([], "stable"),
        ([50], "stable"),
        ([10, 11], "stable"),  # exactly a tenth more is no change yet
        ([100, 111], "increasing"),
        ([10, 9], "stable"),
        ([100, 89], "decreasing"),
        # The older half of three days is one day.
        ([10, 10, 13], "increasing"),
        ([10, 20, 1], "stable"),
        ([20, 10, 10], "decreasing"),
        # Of five: two. 20 then 19.
        ([20, 20, 19, 19, 19], "stable"),
    ],
)
def test_the_trend_compares_the_newer_half_of_the_days_with_the_older(points: list[int], trend: str):
    rows = [(f"2026-02-{23 + day}", "message", each) for day, each in enumerate(points)]

    velocity = rules.velocity(reversed(rows), shipped_weights.by_metric, 30, TODAY)

    assert (velocity.trend, velocity.sample_size) == (trend, len(points))


@given(
    rows=st.lists(
        st.tuples(
            st.dates(date(2026, 2, 1), TODAY).map(str),
            st.sampled_from(["message", "command", "item_sold", "tea_brewed"]),
            st.integers(1, 10_000),
        )
    ),
    days=st.integers(1, 40),
)
def test_velocity_is_what_it_says(rows: list[tuple[str, str, int]], days: int):
    velocity = rules.velocity(rows, shipped_weights.by_metric, days, TODAY)

    counted = [row for row in rows if date.fromisoformat(row[0]) >= rules.first_day(TODAY, days)]
    weights = {"message": 1, "command": 2, "item_sold": 50, "tea_brewed": 1}
    assert velocity.total_points == sum(total * weights[metric] for _, metric, total in counted)
    assert velocity.sample_size == len({day for day, _, _ in counted})
    assert velocity.points_per_day * days == velocity.total_points
