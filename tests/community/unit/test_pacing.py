"""The pace of the community, and the costs of nodes that follow it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from community.progression import pacing as rules
from community.progression.models import PaceOutOfRange, Pacing
from community.progression.pacing import Activity
from community.voting import transitions
from tests.support.communities import NODES, community, transition_of

DAY = date(2026, 3, 1)
WEEK = timedelta(days=7)
ECONOMY = NODES["feature_economy"]  # 200


def measured(players: int, fixed: Fraction | None = None) -> Pacing:
    return Pacing(players, DAY, DAY + WEEK, fixed)


@pytest.mark.parametrize(
    ("players", "pace"),
    [
        (1, Fraction(1, 4)),
        (7, Fraction(1, 4)),
        (8, Fraction(8, 30)),
        (10, Fraction(1, 3)),
        (30, Fraction(1)),
        (100, Fraction(10, 3)),
        (1000, Fraction(100, 3)),
        (3000, Fraction(100)),
        (100_000, Fraction(100)),
    ],
)
def test_the_pace_is_a_thirtieth_of_the_active_players_within_its_limits(players: int, pace: Fraction):
    assert rules.pace(measured(players)) == pace


@pytest.mark.parametrize(
    "young", [Pacing(), Pacing(500, DAY), Pacing(500, DAY, DAY + timedelta(days=6)), Pacing(0, None, DAY)]
)
def test_the_pace_is_1_until_a_week_has_been_measured(young: Pacing):
    assert rules.pace(young) == 1


def test_an_administrators_pace_comes_before_the_measure_and_can_be_given_back():
    fixed = rules.fixed(measured(30), Decimal("12.5"))

    assert rules.pace(fixed) == Fraction(25, 2)
    assert rules.pace(rules.measured(fixed, Activity(90, DAY), DAY + 2 * WEEK)) == Fraction(25, 2)
    assert rules.pace(rules.fixed(fixed, None)) == 1


@pytest.mark.parametrize("number", ["0.24", "0", "-1", "100.01", "1.005", "NaN", "Infinity"])
def test_a_pace_out_of_range_is_refused(number: str):
    with pytest.raises(PaceOutOfRange):
        rules.fixed(Pacing(), Decimal(number))


def test_a_measure_that_began_under_a_clock_that_was_ahead_begins_today():
    begun = rules.measured(Pacing(3, DAY + timedelta(days=365), DAY + timedelta(days=366)), Activity(3, DAY), DAY)

    assert begun == Pacing(3, DAY, DAY)


def test_the_measure_begins_with_the_first_player():
    quiet = rules.measured(Pacing(), Activity(0, None), DAY)
    begun = rules.measured(quiet, Activity(3, DAY), DAY + timedelta(days=1))

    assert quiet == Pacing(measured_on=DAY)
    assert begun == Pacing(3, DAY, DAY + timedelta(days=1))


def test_a_week_in_which_no_one_played_changes_nothing():
    after = rules.measured(measured(1000), Activity(0, None), DAY + 3 * WEEK)

    assert rules.pace(after) == rules.pace(measured(1000))


@pytest.mark.parametrize(("players", "cost"), [(1, 50), (10, 67), (30, 200), (31, 207), (1000, 6667), (5000, 20_000)])
def test_costs_are_the_rules_costs_times_the_pace_rounded_half_up(players: int, cost: int):
    assert rules.cost(ECONOMY, measured(players)) == cost


def test_a_target_keeps_the_cost_that_it_had_when_it_was_set():
    waiting = transition_of(community(target=None, pacing=measured(90)))
    transition = transitions.choose_target(waiting)
    progress = transition.voting.progress
    assert progress is not None
    node = NODES[progress.node_key or ""]
    assert progress.cost == node.cost * 3

    slower = transition_of(community(target=node.key, points=3 * node.cost - 1, cost=progress.cost))
    faster = transition_of(community(target=node.key, points=3 * node.cost, cost=progress.cost, pacing=measured(3000)))

    assert transitions.advance(slower).unlocked == ()
    assert [each.node for each in transitions.advance(faster).unlocked] == [node]
    assert transitions.advance(faster).voting.accumulated == 0
