"""From state to state: cycles, targets, sessions. Source: rules 9.7 to 9.9."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from community.voting import rules
from community.voting.models import UnlockProgress, VotingRound, VotingState
from tests.support.communities import (
    ECONOMY,
    NODES,
    NOON,
    RUNNING,
    START,
    TOPS,
    almost,
    community,
    event_types,
    on,
    payload,
    target,
    vote,
)

# ---------------------------------------------------------------- the beginning


def test_at_the_beginning_a_random_node_becomes_the_target_and_the_next_is_voted_on():
    nothing = VotingState(START, points=0, progress=None, voting_round=None, latest=None)

    transition = on(nothing)

    assert event_types(transition) == ["target.set", "voting_started"]
    assert payload(transition, "target.set")["auto_selected"] is True
    assert payload(transition, "target.set")["session_id"] is None
    assert payload(transition, "voting_started")["previous_unlock"] is None
    assert transition.voting.progress is not None
    assert (transition.voting.progress.progress_id, transition.voting.progress.starts_at_points) == (1, 0)
    voting_round = transition.voting.voting_round
    assert voting_round is not None
    assert (voting_round.session_id, voting_round.status, len(voting_round.options)) == (1, "voting", 4)
    assert voting_round.voting_deadline == NOON + timedelta(hours=24)
    assert target(transition)[0] not in {option.node_key for option in voting_round.options}


def test_every_available_node_may_be_the_first_target():
    nothing = VotingState(START, points=0, progress=None, voting_round=None, latest=None)

    assert {target(on(nothing, seed=seed))[0] for seed in range(200)} == {
        node.key for node in rules.candidates(nothing)
    }


def test_points_that_came_before_the_first_target_count():
    transition = on(VotingState(START, points=60, progress=None, voting_round=None, latest=None))

    assert transition.voting.accumulated == 60 - sum(new.node.cost for new in transition.unlocked)


def test_looking_again_changes_nothing():
    once = on(community(voting_round=RUNNING, points=ECONOMY))
    again = on(once.voting)

    assert again.voting == once.voting
    assert (again.rounds, again.progress, again.unlocked, again.events) == ({}, {}, (), ())


# ---------------------------------------------------------------- one cycle


def test_a_cycle_in_the_order_of_the_rules():
    transition = on(community(voting_round=RUNNING, points=ECONOMY + 15))

    assert event_types(transition) == ["node_unlocked", "cycle.completed", "target.set", "voting_started"]
    assert payload(transition, "node_unlocked") == {
        "node_id": NODES["feature_economy"].node_id,
        "node_key": "feature_economy",
        "level": 1,
        "source": "vote",
    }
    assert payload(transition, "cycle.completed") == {
        "unlocked_node": {
            "node_key": "feature_economy",
            "display_name": NODES["feature_economy"].name,
            "description": NODES["feature_economy"].description,
            "level": 1,
        }
    }
    assert payload(transition, "target.set") == {
        "node_key": "feature_gamble",
        "display_name": NODES["feature_gamble"].name,
        "target_level": 1,
        "auto_selected": False,
        "session_id": 3,
    }
    (new,) = transition.unlocked
    assert (new.node.key, new.level, new.unlocked_by, new.engagement_score) == (
        "feature_economy",
        1,
        "vote",
        ECONOMY + 15,
    )
    assert transition.voting.levels == START | {"feature_economy": 1}


def test_defect_19_the_new_vote_names_what_was_just_unlocked():
    """BrandishBot named the new target."""
    started = payload(on(community(voting_round=RUNNING, points=ECONOMY)), "voting_started")

    assert started["previous_unlock"] == NODES["feature_economy"].name
    assert started["auto_selected"] is False
    assert started["session_id"] == 4
    keys = [option["node_key"] for option in started["options"]]
    assert keys == sorted(keys)
    assert "feature_gamble" not in keys
    for option in started["options"]:
        node = NODES[option["node_key"]]
        duration = {"small": "Short", "medium": "Medium", "large": "Long"}[node.size]
        assert option == {
            "node_key": node.key,
            "display_name": node.name,
            "description": node.description,
            "unlock_duration": duration,
            "target_level": rules.next_level(node, community(START | {"feature_economy": 1})),
        }


def test_the_rollover_counts_towards_the_next_target():
    transition = on(community(voting_round=RUNNING, points=ECONOMY + 15))

    assert transition.progress[1].unlocked_at == NOON
    assert transition.progress[2] == UnlockProgress(
        2, "feature_gamble", 1, ECONOMY, NOON, session_id=3, cost=NODES["feature_gamble"].cost
    )
    assert transition.voting.accumulated == 15


def test_the_rollover_may_be_capped():
    transition = on(community(voting_round=RUNNING, points=ECONOMY + 205), cap=200)

    assert (transition.voting.accumulated, transition.voting.points) == (200, ECONOMY + 205)


def test_a_frozen_session_decides_as_well():
    frozen = replace(RUNNING, status="frozen")

    transition = on(community(voting_round=frozen, points=ECONOMY))

    assert target(transition) == ("feature_gamble", 1)
    assert (transition.rounds[3].status, transition.rounds[3].ended_at) == ("completed", NOON)
    assert transition.rounds[3].winner == frozen.options[1]
    assert transition.voting.latest == transition.rounds[3]


def test_without_an_open_session_the_last_winner_is_next():
    decided = vote(3, {"item_spike": 1, "feature_gamble": 4}, winner="feature_gamble")

    assert target(on(community(latest=decided, points=ECONOMY))) == ("feature_gamble", 1)


def test_a_winner_that_is_not_available_gives_way_to_the_next_in_the_ranking():
    running = vote(3, {"item_spike": 1, "item_spade": 4, "feature_search": 2})

    transition = on(community(voting_round=running, points=ECONOMY))

    assert target(transition) == ("feature_search", 1)
    assert transition.rounds[3].winner == running.options[2]


def test_with_no_option_left_a_random_available_node_is_next():
    decided = vote(3, {"feature_economy": 4}, winner="feature_economy")

    transition = on(community(latest=decided, points=ECONOMY))

    assert payload(transition, "target.set")["auto_selected"] is True
    assert payload(transition, "target.set")["session_id"] is None
    assert rules.target_of(transition.voting) is not None


def test_what_the_target_opens_can_win_and_is_next():
    running = vote(3, {"job_merchant": 2, "feature_gamble": 1})

    assert target(on(community(voting_round=running, points=ECONOMY))) == ("job_merchant", 1)


def test_a_rollover_that_pays_for_several_unlocks_them_one_after_the_other():
    transition = on(community(voting_round=RUNNING, points=1_000))

    costs = [new.node.cost for new in transition.unlocked]
    assert [new.node.key for new in transition.unlocked][:2] == ["feature_economy", "feature_gamble"]
    assert len(costs) > 2
    assert transition.voting.accumulated == 1_000 - sum(costs)
    assert not rules.is_reached(transition.voting)
    cycle = ["node_unlocked", "cycle.completed", "target.set", "voting_started"]
    assert event_types(transition) == cycle * len(costs)
    assert [voting_round.status for voting_round in transition.rounds.values()] == ["completed"] * len(costs) + [
        "voting"
    ]
    assert [new.engagement_score for new in transition.unlocked] == [1_000 - sum(costs[:n]) for n in range(len(costs))]


def test_a_level_of_a_node_that_has_several_is_followed_by_the_next():
    now = community(START, "item_lootbox0", level=2, points=50, voting_round=RUNNING)

    transition = on(now)

    assert [(new.node.key, new.level) for new in transition.unlocked] == [("item_lootbox0", 2)]
    assert rules.next_level(NODES["item_lootbox0"], transition.voting) == 3


# ---------------------------------------------------------------- the end


def test_the_last_unlock_is_the_end_and_said_once():
    transition = on(community(almost("feature_filter_sellable"), "feature_filter_sellable", points=10_000))

    assert event_types(transition) == ["node_unlocked", "cycle.completed", "all_unlocked"]
    assert payload(transition, "all_unlocked").keys() == {"message"}
    assert target(transition) == (None, None)
    assert transition.voting.voting_round is None
    assert transition.voting.accumulated == 10_000 - NODES["feature_filter_sellable"].cost
    again = on(transition.voting)
    assert (again.events, again.progress) == ((), {})


def test_a_single_candidate_becomes_the_target_without_a_vote():
    now = community(almost("feature_filter_sellable"), target=None)

    transition = on(now)

    assert event_types(transition) == ["target.set", "voting_started"]
    assert target(transition) == ("feature_filter_sellable", 1)
    assert payload(transition, "target.set") == {
        "node_key": "feature_filter_sellable",
        "display_name": NODES["feature_filter_sellable"].name,
        "target_level": 1,
        "auto_selected": True,
        "session_id": 1,
    }
    started = payload(transition, "voting_started")
    assert (started["auto_selected"], len(started["options"])) == (True, 1)
    (record,) = transition.rounds.values()
    assert (record.status, record.ended_at, record.winner) == ("completed", NOON, record.options[0])
    assert transition.voting.progress is not None
    assert transition.voting.progress.session_id == 1


def test_a_single_candidate_beside_a_target_is_voted_on():
    transition = on(community(almost("feature_filter_sellable", "feature_filter_upgrade"), "feature_filter_sellable"))

    assert event_types(transition) == ["voting_started"]
    voting_round = transition.voting.voting_round
    assert voting_round is not None
    assert [option.node_key for option in voting_round.options] == ["feature_filter_upgrade"]


def test_a_target_with_nothing_behind_it_has_no_vote():
    transition = on(community(almost("feature_filter_sellable"), "feature_filter_sellable"))

    assert (transition.voting.voting_round, transition.events) == (None, ())


def test_the_whole_tree_is_unlocked_in_the_end():
    transition = on(community(points=10**6), seed=5)

    assert transition.voting.levels == TOPS
    assert event_types(transition)[-1] == "all_unlocked"
    assert event_types(transition).count("all_unlocked") == 1
    assert transition.voting.accumulated == 10**6 - sum(new.node.cost for new in transition.unlocked)


# ---------------------------------------------------------------- when the tree has changed


def test_a_target_that_was_unlocked_by_other_means_gives_way_and_the_points_stay():
    unlocked = START | {"feature_economy": 1}

    transition = on(community(unlocked, voting_round=RUNNING, points=50))

    assert event_types(transition) == ["target.set", "voting_started"]
    assert target(transition) == ("feature_gamble", 1)
    assert transition.voting.accumulated == 50
    assert transition.unlocked == ()


def test_a_vote_about_nothing_that_is_left_ends_and_another_begins():
    stale = vote(3, {"feature_gamble": 1, "feature_search": 2})

    transition = on(community(START | {"feature_gamble": 1, "feature_search": 1}, voting_round=stale))

    assert event_types(transition) == ["voting_ended", "voting_started"]
    assert transition.voting.voting_round is not None
    assert transition.voting.voting_round.session_id == 4


def test_a_decided_winner_waits_and_no_vote_opens_meanwhile():
    decided = vote(3, {"item_spike": 1, "feature_gamble": 4}, winner="feature_gamble")

    assert on(community(latest=decided)).events == ()


@pytest.mark.parametrize(
    "decided",
    [
        vote(3, {"feature_economy": 4, "feature_search": 1}, winner="feature_economy"),  # the target itself
        vote(3, {"item_dart": 4, "feature_search": 1}, winner="item_dart"),  # unlocked meanwhile
    ],
)
def test_a_winner_that_need_not_wait_does_not_hold_up_the_next_vote(decided: VotingRound):
    assert event_types(on(community(latest=decided))) == ["voting_started"]
