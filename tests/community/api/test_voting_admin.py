"""The administrators' hand on votes and targets, over HTTP. Source: wire 7.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from community.progression.content import tree
from tests.community.api.test_progression import NODE_FIELDS
from tests.support.api import CallApi
from tests.support.community import (
    ADMIN,
    ALICE,
    BOB,
    OPTION_FIELDS,
    PROGRESSION,
    SESSION,
    STATUS,
    VOTE,
    administer,
    contribute,
    target,
)

WEIGHTS = f"{ADMIN}/weights"
NOBODY = "11111111-2222-3333-4444-555555555555"


def events(call: CallApi, event_type: str) -> list[Any]:
    """Payloads of what the log has of a type, oldest first."""
    found = call("GET", "/api/v1/admin/events", query={"event_type": event_type, "limit": "1000"}).json["events"]
    return [event["payload"] for event in reversed(found)]


def level_of(call: CallApi, key: str) -> int:
    nodes = call("GET", f"{PROGRESSION}/tree").json["nodes"]
    return next(node["unlocked_level"] for node in nodes if node["node_key"] == key)


@pytest.mark.parametrize("freeze", ["freeze", "end-voting"])
@pytest.mark.parametrize("start", ["start", "start-voting"])
def test_a_frozen_vote_takes_no_ballots_until_it_goes_on(call: CallApi, freeze: str, start: str):
    voting_round = call("GET", SESSION).json["id"]
    assert list(administer(call, freeze)) == ["message"]
    refused = call("POST", VOTE, ALICE | {"option_index": 1})
    assert (refused.status, refused.json["code"]) == (400, "voting_frozen")
    assert call("GET", SESSION).json["status"] == "frozen"
    assert call("GET", STATUS).json["active_session"]["status"] == "frozen"
    assert administer(call, freeze)  # once more is no harm

    resumed = administer(call, start)

    assert list(resumed) == ["message"]
    assert (call("GET", SESSION).json["id"], call("GET", SESSION).json["status"]) == (voting_round, "voting")
    assert call("POST", VOTE, ALICE | {"option_index": 1}).status == 200
    assert events(call, "progression.voting_frozen") == [{"session_id": voting_round}]
    assert events(call, "progression.voting_resumed") == [{"session_id": voting_round}]


@pytest.mark.parametrize("start", ["start", "start-voting"])
def test_a_second_vote_beside_the_first_is_refused(call: CallApi, start: str):
    answer = call("POST", f"{ADMIN}/{start}")

    assert (answer.status, answer.json["code"]) == (409, "session_active")


def test_a_new_vote_after_a_decided_one(call: CallApi):
    first = call("GET", SESSION).json["id"]
    administer(call, "force-end")

    answer = administer(call, "start")

    voting_round = call("GET", SESSION).json
    assert (voting_round["status"], voting_round["id"] > first) == ("voting", True)
    assert answer["message"] == "A new vote is open."
    assert events(call, "progression.voting_started")[-1]["session_id"] == voting_round["id"]


def test_nobody_is_told_of_a_vote_where_there_is_no_choice(call: CallApi):
    administer(call, "unlock-all")
    administer(call, "relock", {"node_key": "item_tonic"})

    answer = administer(call, "start")

    assert answer["message"] == "There is only one thing to choose: it comes next, without a vote."
    assert target(call)["node_key"] == "item_tonic"
    assert call("GET", SESSION).json["is_completed"] is True


@pytest.mark.parametrize("force_end", ["force-end", "force-end-voting"])
def test_a_vote_is_decided_at_once(call: CallApi, force_end: str):
    voting_round = call("GET", SESSION).json
    call("POST", VOTE, ALICE | {"option_index": 2})
    before = target(call)

    answer = administer(call, force_end)

    winner = answer["winner"]
    assert answer.keys() == {"winner", "message"}
    assert winner.keys() == OPTION_FIELDS
    assert winner["node_details"].keys() >= NODE_FIELDS
    assert (winner["id"], winner["session_id"]) == (voting_round["options"][1]["id"], voting_round["id"])
    assert (winner["vote_count"], winner["weighted_votes"]) == (1, 1)
    assert tree.nodes[winner["node_key"]].name in answer["message"]
    assert target(call)["node_key"] == before["node_key"]
    (ended,) = events(call, "progression.voting_ended")
    assert (ended["session_id"], ended["option_id"]) == (voting_round["id"], winner["id"])


@pytest.mark.parametrize("named", [False, True])
def test_an_option_is_unlocked_at_once(call: CallApi, named: bool):
    before = target(call)
    contribute(call, 11)
    voting_round = call("GET", SESSION).json
    call("POST", VOTE, ALICE | {"option_index": 1})
    option = voting_round["options"][2 if named else 0]

    answer = administer(call, "instant-unlock", {"node_key": option["node_key"]} if named else None)

    unlock = answer["unlock"]
    assert answer.keys() == {"unlock", "message"}
    assert unlock.keys() == {"id", "node_id", "current_level", "unlocked_at", "unlocked_by", "engagement_score"}
    assert (unlock["node_id"], unlock["current_level"]) == (option["node_id"], option["target_level"])
    assert (unlock["unlocked_by"], unlock["engagement_score"]) == ("instant_override", 12)
    assert tree.nodes[option["node_key"]].name in answer["message"]
    assert level_of(call, option["node_key"]) == option["target_level"]
    assert target(call)["contributions_accumulated"] == 0
    assert target(call)["node_key"] == before["node_key"]
    assert (call("GET", SESSION).json["id"] > voting_round["id"], call("GET", SESSION).json["status"]) == (
        True,
        "voting",
    )
    unlocked = events(call, "progression.node_unlocked")[-1]
    assert (unlocked["node_key"], unlocked["source"]) == (option["node_key"], "instant_override")


def test_a_gift_counts(call: CallApi):
    before = target(call)["contributions_accumulated"]

    answer = administer(call, "contribution", {"amount": 5})

    assert answer == {"message": "5 points were added."}
    assert target(call)["contributions_accumulated"] == before + 5
    assert events(call, "progression.contribution_added") == [{"amount": 5, "points": 5}]


def test_a_gift_that_is_none(call: CallApi, subtests: pytest.Subtests):
    for body in [{}, *({"amount": amount} for amount in (0, -1, 1.5, "many", None, 10**30))]:
        with subtests.test(body=body):
            answer = call("POST", f"{ADMIN}/contribution", body)

            assert (answer.status, answer.json["code"], list(answer.json["fields"])) == (400, "validation", ["amount"])


def register(call: CallApi, who: Mapping[str, str]) -> str:
    return call("POST", "/api/v1/user/register", dict(who)).json["internal_id"]


def votes(call: CallApi) -> list[tuple[int, float]]:
    return [(each["vote_count"], each["weighted_votes"]) for each in call("GET", SESSION).json["options"][:2]]


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("by", ["user_id", "platform_id", "username"])
def test_a_ballot_weighs_what_its_player_weighs(call: CallApi, method: str, by: str):
    alice = register(call, ALICE)
    whom = {
        "user_id": {"user_id": alice},
        "platform_id": {"platform": "Twitch", "platform_id": "1"},
        "username": {"platform": "twitch", "username": "ALICE"},
    }[by]

    answer = call(method, WEIGHTS, whom | {"voting_weight": 2.5, "reason": "moderator"})

    assert answer.status == 200
    assert answer.json == {"message": "1 voting weight is set.", "updated": 1}
    call("POST", VOTE, ALICE | {"option_index": 1})
    call("POST", VOTE, BOB | {"option_index": 2})
    assert votes(call) == [(1, 2.5), (1, 1)]
    (event,) = events(call, "progression.voting_weight_set")
    assert (event["user_id"], event["voting_weight"], event["reason"]) == (alice, 2.5, "moderator")


def test_several_weights_at_once(call: CallApi):
    register(call, ALICE)
    register(call, BOB)
    weights = [
        {"platform": "twitch", "username": "alice", "voting_weight": 3},
        {"platform": "discord", "platform_id": "2", "voting_weight": 0.5},
    ]

    answer = call("PUT", WEIGHTS, {"weights": weights})

    assert answer.json == {"message": "2 voting weights are set.", "updated": 2}
    call("POST", VOTE, ALICE | {"option_index": 1})
    call("POST", VOTE, BOB | {"option_index": 1})
    assert votes(call)[0] == (2, 3.5)


def test_a_refused_weight(call: CallApi, subtests: pytest.Subtests):
    for wrong, field in [
        ({"voting_weight": 0}, "voting_weight"),
        ({"voting_weight": -1}, "voting_weight"),
        ({"voting_weight": 100.1}, "voting_weight"),
        ({"voting_weight": "heavy"}, "voting_weight"),
        ({"voting_weight": "nan"}, "voting_weight"),
        ({"voting_weight": None}, "voting_weight"),
        ({"reason": "x" * 256}, "reason"),
        ({"reason": "a\x00"}, "reason"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"user_id": "4711"}, "user_id"),
    ]:
        with subtests.test(wrong=wrong, field=field):
            body = {"user_id": NOBODY, "voting_weight": 2} | wrong

            one, several = call("PUT", WEIGHTS, body), call("PUT", WEIGHTS, {"weights": [body]})

            assert (one.status, one.json["code"], list(one.json["fields"])) == (400, "validation", [field])
            assert (several.status, list(several.json["fields"])) == (400, [f"weights.0.{field}"])


def test_weights_of_nobody(call: CallApi, subtests: pytest.Subtests):
    for body in [
        {"voting_weight": 2},
        {"voting_weight": 2, "platform": "twitch"},
        {"voting_weight": 2, "username": "alice"},
        {"weights": []},
        {"weights": "alice"},
        {},
        "[]",
    ]:
        with subtests.test(body=body):
            answer = call("PUT", WEIGHTS, body)

            assert (answer.status, answer.json["code"]) == (400, "validation")


def play(call: CallApi) -> None:
    """A community that has come somewhere."""
    call(
        "POST",
        "/api/v1/user/item/add",
        {"platform": "twitch", "username": "alice", "item_name": "money", "quantity": 7},
    )
    call("POST", VOTE, ALICE | {"option_index": 1})
    call("POST", f"{PROGRESSION}/engagement", ALICE | {"metric_type": "message", "value": 3})
    before = target(call)
    contribute(call, before["target_unlock_cost"])
    assert level_of(call, before["node_key"]) == before["target_level"]


@pytest.mark.parametrize("body", [None, "", {}, {"reset_by": "carol", "reason": "a new season"}])
def test_a_reset_begins_from_the_beginning(call: CallApi, body: Any):
    register(call, ALICE)
    play(call)

    answer = administer(call, "reset", body)

    assert list(answer) == ["message"]
    nodes = call("GET", f"{PROGRESSION}/tree").json["nodes"]
    assert {node["node_key"] for node in nodes if node["is_unlocked"]} == {
        node.key for node in tree.nodes.values() if node.auto_unlock
    }
    voting_round = call("GET", SESSION).json
    assert (voting_round["status"], {option["vote_count"] for option in voting_round["options"]}) == ("voting", {0})
    assert target(call)["contributions_accumulated"] == 0
    assert call("GET", STATUS).json["contribution_score"] == 0
    (event,) = events(call, "progression.reset")
    given = body if isinstance(body, dict) else {}
    assert event["reset_by"] == given.get("reset_by", "admin")
    assert event["reason"] == given.get("reason", event["reason"]) != ""
    assert (event["preserve_user_progression"], event["ballots"]) == (False, 1)
    assert call("POST", VOTE, ALICE | {"option_index": 1}).status == 200


def test_a_refused_reset(call: CallApi, subtests: pytest.Subtests):
    for body, field in [
        ({"reset_by": ""}, "reset_by"),
        ({"reset_by": "x" * 101}, "reset_by"),
        ({"reason": "x" * 256}, "reason"),
        ({"preserve_user_progression": "perhaps"}, "preserve_user_progression"),
    ]:
        with subtests.test(body=body, field=field):
            answer = call("POST", f"{ADMIN}/reset", body)

            assert (answer.status, list(answer.json["fields"])) == (400, [field])
            assert events(call, "progression.reset") == []


CONTROLS = {
    "freeze": (None, "progression.voting_frozen"),
    "end-voting": (None, "progression.voting_frozen"),
    "force-end": (None, "progression.voting_ended"),
    "force-end-voting": (None, "progression.voting_ended"),
    "unlock": ({"node_key": "item_lootbox1"}, "progression.node_unlocked"),
    "unlock-all": (None, "progression.node_unlocked"),
    "relock": ({"node_key": "item_dart"}, "progression.node_relocked"),
    "instant-unlock": (None, "progression.node_unlocked"),
    "reset": (None, "progression.reset"),
    "contribution": ({"amount": 1}, "progression.contribution_added"),
}


@pytest.mark.parametrize("control", CONTROLS)
def test_every_control_leaves_an_event_in_the_log(call: CallApi, control: str):
    body, event_type = CONTROLS[control]
    before = len(events(call, event_type))

    administer(call, control, body)

    assert len(events(call, event_type)) > before


def test_the_pace_is_fixed_and_given_back(call: CallApi):
    fixed = call("PUT", f"{ADMIN}/pace", {"pace": 2.5})
    tree_costs = {node["node_key"]: node["unlock_cost"] for node in call("GET", f"{PROGRESSION}/tree").json["nodes"]}
    options = call("GET", SESSION).json["session"]["options"]
    free = call("PUT", f"{ADMIN}/pace", {"pace": None})

    assert fixed.json == {
        "message": "New targets cost 2.50 times as much as usual: the pace is fixed.",
        "pace": 2.5,
        "active_players": 0,
        "is_measured": False,
        "fixed_pace": 2.5,
    }
    assert tree_costs["feature_economy"] == 500
    assert all(option["node_details"]["unlock_cost"] == tree_costs[option["node_key"]] for option in options)
    assert (free.json["pace"], free.json["fixed_pace"]) == (1, None)
    assert [event["fixed"] for event in events(call, "progression.pace_changed")] == [True, False]


@pytest.mark.parametrize("pace", [0, 0.24, 101, 1.001, "fast"])
def test_a_pace_out_of_range_is_refused(call: CallApi, pace: object):
    assert call("PUT", f"{ADMIN}/pace", {"pace": pace}).status == 400


def test_a_pace_is_given_back_only_when_it_is_said(call: CallApi):
    fixed = call("PUT", f"{ADMIN}/pace", {"pace": 2.5})
    refused = [call("PUT", f"{ADMIN}/pace", body) for body in ({}, {"pace": True}, {"pace": "fast"}, {"pace": 0})]
    still = call("GET", STATUS).json["pace"]["fixed_pace"]
    given_back = call("PUT", f"{ADMIN}/pace", {"pace": None})

    assert fixed.json["fixed_pace"] == still == 2.5
    assert [(answer.status, answer.json["error"]) for answer in refused] == [
        (400, "pace: is required"),
        (400, "pace: must be a number"),
        (400, "pace: must be a number"),
        (400, "pace: must be at least 0.25"),
    ]
    assert given_back.json.get("fixed_pace") is None
