"""The administrators' hands. Source: rules 9.11."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from community.progression.content import tree
from community.progression.rules import levels_to_relock, levels_to_unlock
from community.voting import overrides, rules
from community.voting.models import InvalidOption, NoCandidates, NoOpenRound, RoundActive, UnlockProgress, VotingState
from community.voting.transitions import Transition
from tests.support.communities import (
    NODES,
    NOON,
    RUNNING,
    START,
    TOPS,
    almost,
    community,
    event_types,
    payload,
    target,
    transition_of,
    vote,
)

FROZEN = replace(RUNNING, status="frozen")


def unlocked(now: VotingState, key: str, level: int = 0) -> Transition:
    node, missing = levels_to_unlock(key, level, now.levels)
    return overrides.unlock_node(transition_of(now), node, missing)


def relocked(now: VotingState, key: str, level: int = 0) -> Transition:
    node, levels = levels_to_relock(key, level, now.levels)
    return overrides.relock_node(transition_of(now), node, levels)


# ---------------------------------------------------------------- freeze and start


def test_freezing_stops_the_vote_and_starting_lets_it_go_on():
    frozen = overrides.freeze_voting(transition_of(community(voting_round=RUNNING)))
    resumed = overrides.start_voting(transition_of(frozen.voting))

    assert (event_types(frozen), frozen.voting.voting_round) == (["voting_frozen"], FROZEN)
    assert (event_types(resumed), resumed.voting.voting_round) == (["voting_resumed"], RUNNING)


def test_freezing_twice_changes_nothing_more():
    transition = overrides.freeze_voting(transition_of(community(voting_round=FROZEN)))

    assert (transition.voting.voting_round, transition.events) == (FROZEN, ())


def test_starting_a_vote_that_runs_is_a_conflict():
    with pytest.raises(RoundActive):
        overrides.start_voting(transition_of(community(voting_round=RUNNING)))


def test_starting_opens_a_vote_even_while_a_winner_waits():
    decided = vote(3, {"item_spike": 1, "feature_gamble": 4}, winner="feature_gamble")

    transition = overrides.start_voting(transition_of(community(latest=decided)))

    assert event_types(transition) == ["voting_started"]
    assert transition.voting.voting_round is not None


def test_starting_without_a_target_sets_one_first():
    transition = overrides.start_voting(transition_of(community(target=None)))

    assert event_types(transition) == ["target.set", "voting_started"]
    assert rules.target_of(transition.voting) is not None


@pytest.mark.parametrize(
    "now", [community(TOPS, target=None), community(almost("feature_filter_sellable"), "feature_filter_sellable")]
)
def test_with_nothing_to_vote_on_no_vote_starts(now: VotingState):
    with pytest.raises(NoCandidates):
        overrides.start_voting(transition_of(now))


# ---------------------------------------------------------------- force-end and instant unlock


@pytest.mark.parametrize("voting_round", [RUNNING, FROZEN])
def test_an_ended_votes_winner_waits_behind_the_target(voting_round: object):
    transition = overrides.force_end_voting(transition_of(replace(community(points=10), voting_round=voting_round)))

    assert event_types(transition) == ["voting_ended"]
    assert payload(transition, "voting_ended") == {
        "session_id": 3,
        "option_id": 32,
        "node_key": "feature_gamble",
        "target_level": 1,
        "vote_count": 4,
        "weighted_votes": 4.0,
    }
    assert target(transition) == ("feature_economy", 1)
    assert transition.voting.voting_round is None
    assert transition.voting.accumulated == 10


def test_without_a_target_the_winner_becomes_it():
    transition = overrides.force_end_voting(transition_of(community(target=None, voting_round=RUNNING, points=10)))

    assert event_types(transition) == ["voting_ended", "target.set", "voting_started"]
    assert payload(transition, "target.set")["session_id"] == 3
    assert target(transition) == ("feature_gamble", 1)
    assert transition.voting.accumulated == 10


def test_the_winner_is_unlocked_when_the_points_suffice():
    transition = overrides.force_end_voting(
        transition_of(community(target=None, voting_round=RUNNING, points=NODES["feature_gamble"].cost))
    )

    assert [new.node.key for new in transition.unlocked] == ["feature_gamble"]
    assert transition.unlocked[0].unlocked_by == "vote"


def test_an_instant_unlock_costs_all_points_and_leaves_the_target():
    transition = overrides.instant_unlock(transition_of(community(voting_round=RUNNING, points=150)))

    (new,) = transition.unlocked
    assert (new.node.key, new.level, new.unlocked_by, new.engagement_score) == (
        "feature_gamble",
        1,
        "instant_override",
        150,
    )
    assert event_types(transition) == ["node_unlocked", "cycle.completed", "voting_started"]
    assert payload(transition, "node_unlocked")["source"] == "instant_override"
    assert payload(transition, "voting_started")["previous_unlock"] == NODES["feature_gamble"].name
    assert target(transition) == ("feature_economy", 1)
    assert (transition.voting.accumulated, transition.voting.points) == (0, 150)
    assert transition.rounds[3].winner == RUNNING.options[1]


def test_an_instant_unlock_of_a_given_option():
    transition = overrides.instant_unlock(transition_of(community(voting_round=RUNNING)), "item_spike")

    assert [new.node.key for new in transition.unlocked] == ["item_spike"]
    assert transition.rounds[3].winner == RUNNING.options[0]


def test_an_instant_unlock_of_something_else_is_refused():
    unlocked_meanwhile = community(START | {"item_spike": 1}, voting_round=RUNNING)

    with pytest.raises(InvalidOption):
        overrides.instant_unlock(transition_of(community(voting_round=RUNNING)), "item_spade")
    with pytest.raises(InvalidOption):
        overrides.instant_unlock(transition_of(unlocked_meanwhile), "item_spike")


def test_without_a_vote_there_is_nothing_to_freeze_end_or_unlock():
    for override in (overrides.freeze_voting, overrides.force_end_voting, overrides.instant_unlock):
        with pytest.raises(NoOpenRound):
            override(transition_of(community()))


# ---------------------------------------------------------------- unlock and relock


def test_unlocking_something_else_leaves_target_vote_and_points():
    transition = unlocked(community(voting_round=RUNNING, points=10), "item_lootbox1", 3)

    assert event_types(transition) == ["node_unlocked"] * 3
    assert [(new.node.key, new.level, new.unlocked_by) for new in transition.unlocked] == [
        ("item_lootbox1", level, "admin") for level in (1, 2, 3)
    ]
    assert (transition.voting.voting_round, target(transition), transition.voting.accumulated) == (
        RUNNING,
        ("feature_economy", 1),
        10,
    )


def test_unlocking_the_target_lets_the_vote_decide_and_keeps_the_points():
    transition = unlocked(community(voting_round=RUNNING, points=150), "feature_economy")

    assert event_types(transition) == ["node_unlocked", "target.set", "voting_started"]
    assert payload(transition, "voting_started")["previous_unlock"] == NODES["feature_economy"].name
    assert target(transition) == ("feature_gamble", 1)
    assert transition.voting.accumulated == 150


def test_unlocking_what_is_unlocked_changes_nothing():
    assert unlocked(community(voting_round=RUNNING), "item_money").events == ()


def test_unlocking_everything_is_the_end():
    transition = overrides.unlock_all_nodes(transition_of(community(voting_round=RUNNING, points=10)))

    assert transition.voting.levels == TOPS
    assert len(transition.unlocked) == sum(TOPS.values()) - len(START)
    assert event_types(transition)[-1] == "all_unlocked"
    assert (transition.voting.voting_round, target(transition)) == (None, (None, None))
    assert overrides.unlock_all_nodes(transition_of(transition.voting)).events == ()


def test_relocking_takes_the_level_and_all_above_it():
    transition = relocked(community(START | {"item_lootbox1": 4}, voting_round=RUNNING, points=10), "item_lootbox1", 3)

    assert transition.voting.levels["item_lootbox1"] == 2
    assert transition.relocked == {"item_lootbox1": 3}
    assert [event.model_dump()["level"] for event in transition.events] == [3, 4]
    assert (target(transition), transition.voting.accumulated) == (("feature_economy", 1), 10)


def test_relocking_everything_of_a_node_removes_it():
    assert "item_lootbox1" not in relocked(community(START | {"item_lootbox1": 4}), "item_lootbox1").voting.levels


def test_relocking_the_targets_node_drops_what_was_counted_towards_it():
    now = community(START | {"item_lootbox1": 2}, "item_lootbox1", level=3, voting_round=RUNNING, points=70)
    assert now.progress is not None
    chosen = replace(now, progress=replace(now.progress, session_id=2))

    transition = relocked(chosen, "item_lootbox1", 2)

    assert event_types(transition) == ["node_relocked", "target.dropped"]
    assert payload(transition, "target.dropped") == {"node_key": "item_lootbox1", "target_level": 3, "points": 70}
    assert transition.voting.progress == UnlockProgress(1, None, None, 70, NOON)
    assert (transition.voting.accumulated, transition.voting.points) == (0, 70)
    assert transition.voting.voting_round == RUNNING


def test_relocking_a_target_of_which_nothing_is_unlocked_drops_it_all_the_same():
    transition = relocked(community(points=70), "feature_economy")

    assert event_types(transition) == ["target.dropped"]
    assert transition.voting.accumulated == 0


# ---------------------------------------------------------------- reset


def test_a_reset_begins_anew_with_points_from_zero_and_numbers_that_go_on():
    now = community(TOPS, target=None, latest=RUNNING, points=5_000)

    transition = overrides.reset_progression(transition_of(now))

    assert transition.voting.levels == {node.key: 1 for node in tree.nodes.values() if node.auto_unlock}
    assert (transition.voting.points, transition.voting.accumulated) == (5_000, 0)
    assert event_types(transition) == ["target.set", "voting_started"]
    voting_round, progress = transition.voting.voting_round, transition.voting.progress
    assert voting_round is not None
    assert progress is not None
    assert (voting_round.session_id, voting_round.options[0].option_id, progress.progress_id) == (4, 34, 2)
    assert transition.voting.latest is None
    assert progress.started_at == NOON
    assert transition.unlocked == ()
