"""From state to state: cycles, targets, sessions. Source: rules 9.7 to 9.9."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from community.voting import rules
from community.voting.models import Community, Progress, Session
from tests.support.communities import (
    ECONOMY,
    NODES,
    NOON,
    RUNNING,
    START,
    TOPS,
    almost,
    community,
    on,
    payload,
    target,
    told,
    vote,
)

# ---------------------------------------------------------------- the beginning


def test_at_the_beginning_a_random_node_becomes_the_target_and_the_next_is_voted_on():
    nothing = Community(START, points=0, progress=None, session=None, latest=None)

    turn = on(nothing)

    assert told(turn) == ["target.set", "voting_started"]
    assert payload(turn, "target.set")["auto_selected"] is True
    assert payload(turn, "target.set")["session_id"] is None
    assert payload(turn, "voting_started")["previous_unlock"] is None
    assert turn.community.progress is not None
    assert (turn.community.progress.progress_id, turn.community.progress.starts_at_points) == (1, 0)
    session = turn.community.session
    assert session is not None
    assert (session.session_id, session.status, len(session.options)) == (1, "voting", 4)
    assert session.voting_deadline == NOON + timedelta(hours=24)
    assert target(turn)[0] not in {option.node_key for option in session.options}


def test_every_available_node_may_be_the_first_target():
    nothing = Community(START, points=0, progress=None, session=None, latest=None)

    assert {target(on(nothing, seed=seed))[0] for seed in range(200)} == {
        node.key for node in rules.candidates(nothing)
    }


def test_points_that_came_before_the_first_target_count():
    turn = on(Community(START, points=60, progress=None, session=None, latest=None))

    assert turn.community.accumulated == 60 - sum(new.node.cost for new in turn.unlocked)


def test_looking_again_changes_nothing():
    once = on(community(session=RUNNING, points=ECONOMY))
    again = on(once.community)

    assert again.community == once.community
    assert (again.sessions, again.progress, again.unlocked, again.events) == ({}, {}, (), ())


# ---------------------------------------------------------------- one cycle


def test_a_cycle_in_the_order_of_the_rules():
    turn = on(community(session=RUNNING, points=ECONOMY + 15))

    assert told(turn) == ["node_unlocked", "cycle.completed", "target.set", "voting_started"]
    assert payload(turn, "node_unlocked") == {
        "node_id": NODES["feature_economy"].node_id,
        "node_key": "feature_economy",
        "level": 1,
        "source": "vote",
    }
    assert payload(turn, "cycle.completed") == {
        "unlocked_node": {
            "node_key": "feature_economy",
            "display_name": NODES["feature_economy"].name,
            "description": NODES["feature_economy"].description,
            "level": 1,
        }
    }
    assert payload(turn, "target.set") == {
        "node_key": "feature_gamble",
        "display_name": NODES["feature_gamble"].name,
        "target_level": 1,
        "auto_selected": False,
        "session_id": 3,
    }
    (new,) = turn.unlocked
    assert (new.node.key, new.level, new.unlocked_by, new.engagement_score) == (
        "feature_economy",
        1,
        "vote",
        ECONOMY + 15,
    )
    assert turn.community.levels == START | {"feature_economy": 1}


def test_defect_19_the_new_vote_names_what_was_just_unlocked():
    """BrandishBot named the new target."""
    started = payload(on(community(session=RUNNING, points=ECONOMY)), "voting_started")

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
    turn = on(community(session=RUNNING, points=ECONOMY + 15))

    assert turn.progress[1].unlocked_at == NOON
    assert turn.progress[2] == Progress(2, "feature_gamble", 1, ECONOMY, NOON, session_id=3)
    assert turn.community.accumulated == 15


def test_the_rollover_may_be_capped():
    turn = on(community(session=RUNNING, points=ECONOMY + 205), cap=200)

    assert (turn.community.accumulated, turn.community.points) == (200, ECONOMY + 205)


def test_a_frozen_session_decides_as_well():
    frozen = replace(RUNNING, status="frozen")

    turn = on(community(session=frozen, points=ECONOMY))

    assert target(turn) == ("feature_gamble", 1)
    assert (turn.sessions[3].status, turn.sessions[3].ended_at) == ("completed", NOON)
    assert turn.sessions[3].winner == frozen.options[1]
    assert turn.community.latest == turn.sessions[3]


def test_without_an_open_session_the_last_winner_is_next():
    decided = vote(3, {"item_spike": 1, "feature_gamble": 4}, winner="feature_gamble")

    assert target(on(community(latest=decided, points=ECONOMY))) == ("feature_gamble", 1)


def test_a_winner_that_is_not_available_gives_way_to_the_next_in_the_ranking():
    running = vote(3, {"feature_farming": 1, "item_spade": 4, "feature_search": 2})

    turn = on(community(session=running, points=ECONOMY))

    assert target(turn) == ("feature_search", 1)
    assert turn.sessions[3].winner == running.options[2]


def test_with_no_option_left_a_random_available_node_is_next():
    decided = vote(3, {"feature_economy": 4}, winner="feature_economy")

    turn = on(community(latest=decided, points=ECONOMY))

    assert payload(turn, "target.set")["auto_selected"] is True
    assert payload(turn, "target.set")["session_id"] is None
    assert rules.target_of(turn.community) is not None


def test_what_the_target_opens_can_win_and_is_next():
    running = vote(3, {"job_merchant": 2, "feature_gamble": 1})

    assert target(on(community(session=running, points=ECONOMY))) == ("job_merchant", 1)


def test_a_rollover_that_pays_for_several_unlocks_them_one_after_the_other():
    turn = on(community(session=RUNNING, points=1_000))

    costs = [new.node.cost for new in turn.unlocked]
    assert [new.node.key for new in turn.unlocked][:2] == ["feature_economy", "feature_gamble"]
    assert len(costs) > 2
    assert turn.community.accumulated == 1_000 - sum(costs)
    assert not rules.is_reached(turn.community)
    cycle = ["node_unlocked", "cycle.completed", "target.set", "voting_started"]
    assert told(turn) == cycle * len(costs)
    assert [session.status for session in turn.sessions.values()] == ["completed"] * len(costs) + ["voting"]
    assert [new.engagement_score for new in turn.unlocked] == [1_000 - sum(costs[:n]) for n in range(len(costs))]


def test_a_level_of_a_node_that_has_several_is_followed_by_the_next():
    now = community(START, "item_lootbox0", level=2, points=50, session=RUNNING)

    turn = on(now)

    assert [(new.node.key, new.level) for new in turn.unlocked] == [("item_lootbox0", 2)]
    assert rules.next_level(NODES["item_lootbox0"], turn.community) == 3


# ---------------------------------------------------------------- the end


def test_the_last_unlock_is_the_end_and_said_once():
    turn = on(community(almost("feature_duel"), "feature_duel", points=10_000))

    assert told(turn) == ["node_unlocked", "cycle.completed", "all_unlocked"]
    assert payload(turn, "all_unlocked").keys() == {"message"}
    assert target(turn) == (None, None)
    assert turn.community.session is None
    assert turn.community.accumulated == 10_000 - NODES["feature_duel"].cost
    again = on(turn.community)
    assert (again.events, again.progress) == ((), {})


def test_a_single_candidate_becomes_the_target_without_a_vote():
    now = community(almost("feature_duel"), target=None)

    turn = on(now)

    assert told(turn) == ["target.set", "voting_started"]
    assert target(turn) == ("feature_duel", 1)
    assert payload(turn, "target.set") == {
        "node_key": "feature_duel",
        "display_name": NODES["feature_duel"].name,
        "target_level": 1,
        "auto_selected": True,
        "session_id": 1,
    }
    started = payload(turn, "voting_started")
    assert (started["auto_selected"], len(started["options"])) == (True, 1)
    (record,) = turn.sessions.values()
    assert (record.status, record.ended_at, record.winner) == ("completed", NOON, record.options[0])
    assert turn.community.progress is not None
    assert turn.community.progress.session_id == 1


def test_a_single_candidate_beside_a_target_is_voted_on():
    turn = on(community(almost("feature_duel", "feature_compost"), "feature_duel"))

    assert told(turn) == ["voting_started"]
    session = turn.community.session
    assert session is not None
    assert [option.node_key for option in session.options] == ["feature_compost"]


def test_a_target_with_nothing_behind_it_has_no_vote():
    turn = on(community(almost("feature_duel"), "feature_duel"))

    assert (turn.community.session, turn.events) == (None, ())


def test_the_whole_tree_is_unlocked_in_the_end():
    turn = on(community(points=10**6), seed=5)

    assert turn.community.levels == TOPS
    assert told(turn)[-1] == "all_unlocked"
    assert told(turn).count("all_unlocked") == 1
    assert turn.community.accumulated == 10**6 - sum(new.node.cost for new in turn.unlocked)


# ---------------------------------------------------------------- when the tree has changed


def test_a_target_that_was_unlocked_by_other_means_gives_way_and_the_points_stay():
    unlocked = START | {"feature_economy": 1}

    turn = on(community(unlocked, session=RUNNING, points=50))

    assert told(turn) == ["target.set", "voting_started"]
    assert target(turn) == ("feature_gamble", 1)
    assert turn.community.accumulated == 50
    assert turn.unlocked == ()


def test_a_vote_about_nothing_that_is_left_ends_and_another_begins():
    stale = vote(3, {"feature_gamble": 1, "feature_search": 2})

    turn = on(community(START | {"feature_gamble": 1, "feature_search": 1}, session=stale))

    assert told(turn) == ["voting_ended", "voting_started"]
    assert turn.community.session is not None
    assert turn.community.session.session_id == 4


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
def test_a_winner_that_need_not_wait_does_not_hold_up_the_next_vote(decided: Session):
    assert told(on(community(latest=decided))) == ["voting_started"]
