"""The administrators' hands. Source: rules 9.11."""

from __future__ import annotations

from dataclasses import replace

import pytest

from community.progression.content import tree
from community.progression.rules import levels_to_relock, levels_to_unlock
from community.voting import overrides, rules
from community.voting.models import Community, InvalidOption, NoCandidates, NoVotingSession, SessionActive
from community.voting.turns import Turn
from tests.support.communities import (
    NODES,
    NOON,
    RUNNING,
    START,
    TOPS,
    almost,
    community,
    payload,
    target,
    told,
    turn_of,
    vote,
)

FROZEN = replace(RUNNING, status="frozen")


def unlocked(now: Community, key: str, level: int = 0) -> Turn:
    node, missing = levels_to_unlock(key, level, now.levels)
    return overrides.unlock(turn_of(now), node, missing)


def relocked(now: Community, key: str, level: int = 0) -> Turn:
    node, levels = levels_to_relock(key, level, now.levels)
    return overrides.relock(turn_of(now), node, levels)


# ---------------------------------------------------------------- freeze and start


def test_freezing_stops_the_vote_and_starting_lets_it_go_on():
    frozen = overrides.freeze(turn_of(community(session=RUNNING)))
    resumed = overrides.start(turn_of(frozen.community))

    assert (told(frozen), frozen.community.session) == (["voting_frozen"], FROZEN)
    assert (told(resumed), resumed.community.session) == (["voting_resumed"], RUNNING)


def test_freezing_twice_changes_nothing_more():
    turn = overrides.freeze(turn_of(community(session=FROZEN)))

    assert (turn.community.session, turn.events) == (FROZEN, ())


def test_starting_a_vote_that_runs_is_a_conflict():
    with pytest.raises(SessionActive):
        overrides.start(turn_of(community(session=RUNNING)))


def test_starting_opens_a_vote_even_while_a_winner_waits():
    decided = vote(3, {"item_spike": 1, "feature_gamble": 4}, winner="feature_gamble")

    turn = overrides.start(turn_of(community(latest=decided)))

    assert told(turn) == ["voting_started"]
    assert turn.community.session is not None


def test_starting_without_a_target_sets_one_first():
    turn = overrides.start(turn_of(community(target=None)))

    assert told(turn) == ["target.set", "voting_started"]
    assert rules.target_of(turn.community) is not None


@pytest.mark.parametrize("now", [community(TOPS, target=None), community(almost("feature_duel"), "feature_duel")])
def test_with_nothing_to_vote_on_no_vote_starts(now: Community):
    with pytest.raises(NoCandidates):
        overrides.start(turn_of(now))


# ---------------------------------------------------------------- force-end and instant unlock


@pytest.mark.parametrize("session", [RUNNING, FROZEN])
def test_an_ended_votes_winner_waits_behind_the_target(session: object):
    turn = overrides.force_end(turn_of(replace(community(points=10), session=session)))

    assert told(turn) == ["voting_ended"]
    assert payload(turn, "voting_ended") == {
        "session_id": 3,
        "option_id": 32,
        "node_key": "feature_gamble",
        "target_level": 1,
        "vote_count": 4,
        "weighted_votes": 4.0,
    }
    assert target(turn) == ("feature_economy", 1)
    assert turn.community.session is None
    assert turn.community.accumulated == 10


def test_without_a_target_the_winner_becomes_it():
    turn = overrides.force_end(turn_of(community(target=None, session=RUNNING, points=10)))

    assert told(turn) == ["voting_ended", "target.set", "voting_started"]
    assert payload(turn, "target.set")["session_id"] == 3
    assert target(turn) == ("feature_gamble", 1)
    assert turn.community.accumulated == 10


def test_the_winner_is_unlocked_when_the_points_suffice():
    turn = overrides.force_end(turn_of(community(target=None, session=RUNNING, points=NODES["feature_gamble"].cost)))

    assert [new.node.key for new in turn.unlocked] == ["feature_gamble"]
    assert turn.unlocked[0].unlocked_by == "vote"


def test_an_instant_unlock_costs_all_points_and_leaves_the_target():
    turn = overrides.instant_unlock(turn_of(community(session=RUNNING, points=150)))

    (new,) = turn.unlocked
    assert (new.node.key, new.level, new.unlocked_by, new.engagement_score) == (
        "feature_gamble",
        1,
        "instant_override",
        150,
    )
    assert told(turn) == ["node_unlocked", "cycle.completed", "voting_started"]
    assert payload(turn, "node_unlocked")["source"] == "instant_override"
    assert payload(turn, "voting_started")["previous_unlock"] == NODES["feature_gamble"].name
    assert target(turn) == ("feature_economy", 1)
    assert (turn.community.accumulated, turn.community.points) == (0, 150)
    assert turn.sessions[3].winner == RUNNING.options[1]


def test_an_instant_unlock_of_a_given_option():
    turn = overrides.instant_unlock(turn_of(community(session=RUNNING)), "feature_farming")

    assert [new.node.key for new in turn.unlocked] == ["feature_farming"]
    assert turn.sessions[3].winner == RUNNING.options[0]


def test_an_instant_unlock_of_something_else_is_refused():
    unlocked_meanwhile = community(START | {"feature_farming": 1}, session=RUNNING)

    with pytest.raises(InvalidOption):
        overrides.instant_unlock(turn_of(community(session=RUNNING)), "item_spike")
    with pytest.raises(InvalidOption):
        overrides.instant_unlock(turn_of(unlocked_meanwhile), "feature_farming")


def test_without_a_vote_there_is_nothing_to_freeze_end_or_unlock():
    for override in (overrides.freeze, overrides.force_end, overrides.instant_unlock):
        with pytest.raises(NoVotingSession):
            override(turn_of(community()))


# ---------------------------------------------------------------- unlock and relock


def test_unlocking_something_else_leaves_target_vote_and_points():
    turn = unlocked(community(session=RUNNING, points=10), "item_lootbox1", 3)

    assert told(turn) == ["node_unlocked"] * 3
    assert [(new.node.key, new.level, new.unlocked_by) for new in turn.unlocked] == [
        ("item_lootbox1", level, "admin") for level in (1, 2, 3)
    ]
    assert (turn.community.session, target(turn), turn.community.accumulated) == (RUNNING, ("feature_economy", 1), 10)


def test_unlocking_the_target_lets_the_vote_decide_and_keeps_the_points():
    turn = unlocked(community(session=RUNNING, points=150), "feature_economy")

    assert told(turn) == ["node_unlocked", "target.set", "voting_started"]
    assert payload(turn, "voting_started")["previous_unlock"] == NODES["feature_economy"].name
    assert target(turn) == ("feature_gamble", 1)
    assert turn.community.accumulated == 150


def test_unlocking_what_is_unlocked_changes_nothing():
    assert unlocked(community(session=RUNNING), "item_money").events == ()


def test_unlocking_everything_is_the_end():
    turn = overrides.unlock_all(turn_of(community(session=RUNNING, points=10)))

    assert turn.community.levels == TOPS
    assert len(turn.unlocked) == sum(TOPS.values()) - len(START)
    assert told(turn)[-1] == "all_unlocked"
    assert (turn.community.session, target(turn)) == (None, (None, None))
    assert overrides.unlock_all(turn_of(turn.community)).events == ()


def test_relocking_takes_the_level_and_all_above_it():
    turn = relocked(community(START | {"item_lootbox1": 4}, session=RUNNING, points=10), "item_lootbox1", 3)

    assert turn.community.levels["item_lootbox1"] == 2
    assert turn.relocked == {"item_lootbox1": 3}
    assert [event.model_dump()["level"] for event in turn.events] == [3, 4]
    assert (target(turn), turn.community.accumulated) == (("feature_economy", 1), 10)


def test_relocking_everything_of_a_node_removes_it():
    assert "item_lootbox1" not in relocked(community(START | {"item_lootbox1": 4}), "item_lootbox1").community.levels


def test_relocking_the_targets_node_drops_what_was_counted_towards_it():
    now = community(START | {"item_lootbox1": 2}, "item_lootbox1", level=3, session=RUNNING, points=70)

    turn = relocked(now, "item_lootbox1", 2)

    assert told(turn) == ["node_relocked", "target.dropped"]
    assert payload(turn, "target.dropped") == {"node_key": "item_lootbox1", "target_level": 3, "points": 70}
    assert (target(turn), turn.community.accumulated, turn.community.points) == ((None, None), 0, 70)
    assert turn.community.session == RUNNING


def test_relocking_a_target_of_which_nothing_is_unlocked_drops_it_all_the_same():
    turn = relocked(community(points=70), "feature_economy")

    assert told(turn) == ["target.dropped"]
    assert turn.community.accumulated == 0


# ---------------------------------------------------------------- reset


def test_a_reset_begins_anew_with_points_from_zero_and_numbers_that_go_on():
    now = community(TOPS, target=None, latest=RUNNING, points=5_000)

    turn = overrides.reset(turn_of(now))

    assert turn.community.levels == {node.key: 1 for node in tree.nodes.values() if node.auto_unlock}
    assert (turn.community.points, turn.community.accumulated) == (5_000, 0)
    assert told(turn) == ["target.set", "voting_started"]
    session, progress = turn.community.session, turn.community.progress
    assert session is not None
    assert progress is not None
    assert (session.session_id, session.options[0].option_id, progress.progress_id) == (4, 34, 2)
    assert turn.community.latest is None
    assert progress.started_at == NOON
    assert turn.unlocked == ()
