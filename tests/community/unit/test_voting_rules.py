"""Candidates, options, winners and ballots. Source: rules 9.7 and 9.8."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from msgspec.structs import replace

from community.progression.content import tree
from community.voting import rules
from community.voting.models import InvalidOption, NoOpenRound, UnlockProgress, VotingOption, VotingRound, VotingState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NODES = tree.nodes
START = {node.key: 1 for node in NODES.values() if node.auto_unlock}


def community(
    levels: dict[str, int] | None = None, target: str | None = None, *, level: int = 1, points: int = 0
) -> VotingState:
    progress = UnlockProgress(1, target, level if target else None, 0, NOON)
    return VotingState(START if levels is None else levels, points, progress, voting_round=None, latest=None)


def voting_round(*options: VotingOption) -> VotingRound:
    return VotingRound(1, "voting", options, NOON, NOON + rules.VOTING_TIME)


def option(number: int, votes: float = 0, led_at: int | None = None, *, node: str = "feature_economy") -> VotingOption:
    """`led_at`: minutes after noon."""
    moment = None if led_at is None else NOON + timedelta(minutes=led_at)
    return VotingOption(
        number, node, 1, vote_count=int(votes), weighted_votes=Decimal(str(votes)), last_highest_vote_at=moment
    )


def keys(nodes: list) -> set[str]:
    return {node.key for node in nodes}


# ---------------------------------------------------------------- candidates


def test_candidates_are_what_is_available():
    assert keys(rules.candidates(community())) == {
        "feature_economy",
        "feature_search",
        "feature_gamble",
        "item_lootbox0",
        "item_lootbox1",
        "item_spike",
        "item_stick",
        "item_buckler",
        "item_firepot",
    }


def test_the_target_makes_room_for_what_lacks_nothing_else():
    found = keys(rules.candidates(community(target="feature_search")))

    assert "feature_search" not in found
    assert {"item_spade", "job_explorer"} <= found


def test_a_node_that_lacks_more_than_the_target_is_no_candidate():
    without_gambler = START | {"item_lootbox1": 1}

    assert "item_lootbox2" not in keys(rules.candidates(community(START, target="item_lootbox1")))
    assert "item_lootbox2" not in keys(rules.candidates(community(without_gambler, target="feature_gamble")))
    assert "item_lootbox2" in keys(
        rules.candidates(community(without_gambler | {"feature_gamble": 1}, target="job_gambler"))
    )


def test_the_target_does_not_count_towards_a_number_before_it_is_unlocked():
    four = START
    assert len(four) == 4

    assert "item_lens" not in keys(rules.candidates(community(four, target="feature_economy")))
    assert "item_lens" in keys(rules.candidates(community(four | {"item_spike": 1}, target="feature_economy")))


def test_no_level_of_the_target_is_a_candidate():
    assert "item_lootbox0" not in keys(rules.candidates(community(target="item_lootbox0", level=2)))


def test_a_node_at_its_highest_level_is_no_candidate():
    assert "item_lootbox0" not in keys(rules.candidates(community(START | {"item_lootbox0": 5})))


# ---------------------------------------------------------------- the target


@pytest.mark.parametrize(
    ("levels", "target", "level"),
    [
        (START | {"feature_economy": 1}, "feature_economy", 1),  # unlocked by other means
        (START | {"item_lootbox0": 3}, "item_lootbox0", 3),  # one level of it
        (START, "item_spade", 1),  # what it needs was locked again
        (START, "relic", 1),  # the content has dropped it
    ],
)
def test_a_target_that_cannot_be_unlocked_is_none(levels: dict[str, int], target: str, level: int):
    assert rules.target_of(community(levels, target, level=level)) is None


def test_points_reach_the_cost_and_not_one_less():
    cost = NODES["feature_economy"].cost

    assert cost == 200
    assert not rules.is_reached(community(target="feature_economy", points=cost - 1))
    assert rules.is_reached(community(target="feature_economy", points=cost))
    assert not rules.is_reached(community(points=cost))


# ---------------------------------------------------------------- options


def test_options_are_at_most_four_in_the_order_of_their_keys_with_their_next_level():
    now = replace(community(), last_option_id=7)
    drawn = rules.draw_options(rules.candidates(now), now, Random(3))

    assert [each.option_id for each in drawn] == [8, 9, 10, 11]
    assert [each.node_key for each in drawn] == sorted({each.node_key for each in drawn})
    assert {each.target_level for each in drawn if each.node_key != "item_lootbox0"} == {1}
    (single,) = rules.draw_options([NODES["item_lootbox0"]], now, Random(3))
    assert (single.option_id, single.target_level) == (8, 2)


def test_options_are_drawn_uniformly_without_replacement():
    now, rng = community(), Random(1)
    nodes = rules.candidates(now)
    times = 9_000
    seen = Counter(option.node_key for _ in range(times) for option in rules.draw_options(nodes, now, rng))

    expected = times * 4 / len(nodes)
    assert set(seen) == keys(nodes)
    assert all(abs(count - expected) < 0.05 * expected for count in seen.values())


# ---------------------------------------------------------------- the winner


def test_the_highest_weighted_total_wins_however_many_ballots_it_has():
    three_ballots = replace(option(1, 3, led_at=1), vote_count=3)
    one_heavy_ballot = replace(option(2, 3.5, led_at=5), vote_count=1)

    assert rules.ranking(voting_round(three_ballots, one_heavy_ballot), Random(1))[0] == one_heavy_ballot


@pytest.mark.parametrize("seed", range(8))
def test_of_equal_totals_the_one_that_was_there_first_wins(seed: int):
    order = rules.ranking(
        voting_round(option(1, 5, led_at=9), option(2, 5, led_at=4), option(3, 1, led_at=1)), Random(seed)
    )

    assert [each.option_id for each in order] == [2, 1, 3]


@pytest.mark.parametrize("seed", range(8))
def test_what_has_never_led_comes_after_what_has(seed: int):
    """A ballot that a merge took back may leave such a draw."""
    assert rules.ranking(voting_round(option(1, 5), option(2, 5, led_at=4)), Random(seed))[0].option_id == 2


def test_without_votes_the_lot_decides():
    rng, times = Random(1), 8_000
    vote = voting_round(*(option(number) for number in (1, 2, 3, 4)))
    wins = Counter(rules.ranking(vote, rng)[0].option_id for _ in range(times))

    assert all(abs(wins[number] - times / 4) < 0.05 * times / 4 for number in (1, 2, 3, 4))


def test_the_winner_of_a_completed_session_stays_the_winner():
    vote = replace(voting_round(option(1), option(2), option(3)), status="completed", winning_option_id=3)

    assert {rules.ranking(vote, Random(seed))[0].option_id for seed in range(20)} == {3}


def test_the_next_in_the_ranking_wins_where_the_first_cannot_any_more():
    now = community(START | {"feature_economy": 1})
    vote = voting_round(option(1, 9, 1), option(2, 2, 1, node="item_spike"), option(3, 5, 1, node="item_spade"))

    assert rules.elect(vote, now, Random(1)).option_id == 2


def test_a_level_that_is_unlocked_or_too_high_cannot_win():
    now = community(START | {"item_lootbox0": 2})
    levels = [level for level in range(1, 6) if rules.may_win(VotingOption(1, "item_lootbox0", level), now)]

    assert levels == [3]


# ---------------------------------------------------------------- ballots


def test_a_ballot_counts_once_and_with_its_weight():
    vote, counted = rules.count_ballot(voting_round(option(1), option(2)), option(2), Decimal("2.5"), NOON)

    assert (counted.vote_count, counted.weighted_votes) == (1, Decimal("2.5"))
    assert vote.options == (option(1), counted)


def test_defect_7_the_leader_is_marked_by_the_vote_itself():
    """BrandishBot never set `last_highest_vote_at` where it counted the vote."""
    vote = voting_round(option(1), option(2))
    marks: list[tuple[int | None, ...]] = []
    for minute, number in enumerate([1, 2, 2, 1, 1], start=1):
        now = NOON + timedelta(minutes=minute)
        vote, _ = rules.count_ballot(vote, vote.option(number), Decimal(1), now)
        marks.append(tuple(each.last_highest_vote_at and each.last_highest_vote_at.minute for each in vote.options))

    # 1:0, 1:1 (level), 1:2, 2:2 (level), 3:2
    assert marks == [(1, None), (1, 2), (1, 3), (4, 3), (5, 3)]


def test_a_vote_that_does_not_reach_the_leader_leaves_its_mark_alone():
    vote, counted = rules.count_ballot(voting_round(option(1, 3, 1), option(2, 1)), option(2, 1), Decimal(1), NOON)

    assert counted.last_highest_vote_at is None
    assert vote.options[0] == option(1, 3, 1)


def test_a_voter_whose_clock_is_slow_does_not_come_before_who_voted_first():
    vote, first = rules.count_ballot(voting_round(option(1), option(2)), option(1), Decimal(1), NOON)
    vote, second = rules.count_ballot(vote, option(2), Decimal(1), NOON - timedelta(seconds=1))

    assert first.last_highest_vote_at is not None
    assert second.last_highest_vote_at is not None
    assert second.last_highest_vote_at > first.last_highest_vote_at
    assert {rules.ranking(vote, Random(seed))[0].option_id for seed in range(8)} == {1}


def test_options_are_picked_by_number_or_node():
    vote = voting_round(option(11), option(12, node="item_spike"))

    assert rules.pick_option(vote, 2, None).option_id == 12
    assert rules.pick_option(vote, None, "item_spike").option_id == 12
    assert rules.pick_option(vote, 1, "item_spike").option_id == 11
    for number, node_key in [(0, None), (3, None), (-1, None), (3, "item_spike"), (None, "item_spade"), (None, None)]:
        with pytest.raises(InvalidOption):
            rules.pick_option(vote, number, node_key)


def test_without_a_session_there_is_nothing_to_vote_on():
    with pytest.raises(NoOpenRound):
        rules.open_round(community())
