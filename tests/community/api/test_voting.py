"""The vote on what comes next, as its callers see it. Source: wire 7."""

from __future__ import annotations

from datetime import datetime

import pytest

from community.progression.content import tree
from kernel.database import Connection
from tests.community.api.test_progression import NODE_FIELDS
from tests.support.api import CallApi
from tests.support.community import (
    ALICE,
    OPTION_FIELDS,
    SESSION,
    SESSION_FIELDS,
    VOTE,
    administer,
    delete_votes_and_targets,
)


def test_an_open_session_is_shown_twice_and_without_a_message(call: CallApi):
    answer = call("GET", SESSION)

    view = answer.json
    assert answer.status == 200
    assert view.pop("session") == view
    assert view.keys() == SESSION_FIELDS
    assert (view["id"], view["status"]) == (view["session_id"], "voting")
    assert view["tier"] == view["options"][0]["node_details"]["tier"]
    hours = datetime.fromisoformat(view["voting_deadline"]) - datetime.fromisoformat(view["started_at"])
    assert hours.total_seconds() == 24 * 3600


def test_options_come_in_the_order_of_their_numbers(call: CallApi):
    voting_round = call("GET", SESSION).json

    options = voting_round["options"]
    assert 2 <= len(options) <= 4
    assert [each["node_key"] for each in options] == sorted(each["node_key"] for each in options)
    for option in options:
        node = tree.nodes[option["node_key"]]
        assert option.keys() == OPTION_FIELDS
        assert option["session_id"] == voting_round["id"]
        assert (option["vote_count"], option["weighted_votes"], option["last_highest_vote_at"]) == (0, 0, None)
        assert option["node_details"].keys() >= NODE_FIELDS
        assert (option["node_details"]["id"], option["node_id"]) == (node.node_id, node.node_id)


def test_without_an_open_session_the_last_one_is_shown(call: CallApi):
    winner = administer(call, "force-end")["winner"]

    answer = call("GET", SESSION).json

    assert answer.keys() == {"session", "message", "is_completed"}
    assert answer["is_completed"] is True
    assert answer["session"].keys() == SESSION_FIELDS | {"ended_at", "winning_option_id"}
    assert (answer["session"]["status"], answer["session"]["winning_option_id"]) == ("completed", winner["id"])
    assert tree.nodes[winner["node_key"]].name in answer["message"]


def test_before_the_first_session_there_is_a_null_and_a_message(call: CallApi, conn: Connection):
    delete_votes_and_targets(conn)

    answer = call("GET", SESSION).json

    assert answer == {"session": None, "message": "There has been no vote yet."}


def test_a_vote_says_what_for_and_how_it_stands(call: CallApi):
    first, second = call("GET", SESSION).json["options"][:2]
    name = tree.nodes[second["node_key"]].name

    answer = call("POST", VOTE, ALICE | {"option_index": 2})

    assert (answer.status, list(answer.json)) == (200, ["message"])
    message = answer.json["message"]
    assert message.startswith(f"Your vote counts: {name}")
    stands = message.partition("So far: ")[2]
    assert f"{name} 1" in stands.replace(" (level 1)", "").replace(" (level 2)", "")
    options = call("GET", SESSION).json["options"]
    assert [each["vote_count"] for each in options[:2]] == [0, 1]
    assert options[0]["node_key"] == first["node_key"]
    assert options[1]["weighted_votes"] == 1
    assert options[1]["last_highest_vote_at"].endswith("Z")


def test_a_second_vote_changes_nothing_and_says_so(call: CallApi):
    first = call("POST", VOTE, ALICE | {"option_index": 1}).json
    before = call("GET", SESSION).json

    again = call("POST", VOTE, ALICE | {"option_index": 2})

    assert (again.status, again.json["already_voted"]) == (200, True)
    assert again.json["message"].startswith("You have voted already: ")
    assert again.json["message"] != first["message"]
    after = call("GET", SESSION).json
    assert [each["vote_count"] for each in after["options"]] == [each["vote_count"] for each in before["options"]]


def test_the_node_of_an_option_may_be_named_instead_of_its_number(call: CallApi):
    option = call("GET", SESSION).json["options"][1]

    answer = call("POST", VOTE, ALICE | {"node_key": option["node_key"]})

    assert answer.status == 200
    assert call("GET", SESSION).json["options"][1]["vote_count"] == 1


def test_the_number_wins_over_the_node(call: CallApi):
    options = call("GET", SESSION).json["options"]

    call("POST", VOTE, ALICE | {"option_index": 1, "node_key": options[1]["node_key"]})

    assert [each["vote_count"] for each in call("GET", SESSION).json["options"][:2]] == [1, 0]


def test_a_vote_is_in_the_log(call: CallApi):
    option = call("GET", SESSION).json["options"][0]

    call("POST", VOTE, ALICE | {"option_index": 1})

    query = {"event_type": "progression.vote_recorded"}
    (event,) = call("GET", "/api/v1/admin/events", query=query).json["events"]
    assert event["payload"] == {
        "session_id": option["session_id"],
        "option_id": option["id"],
        "node_key": option["node_key"],
        "target_level": option["target_level"],
        "vote_count": 1,
        "weighted_votes": 1.0,
        "user_id": event["user_id"],
    }


def test_a_refused_vote(call: CallApi, subtests: pytest.Subtests):
    for body, code, field in [
        (ALICE | {"option_index": 5}, "invalid_option", None),
        (ALICE | {"option_index": 10**30}, "invalid_option", None),
        (ALICE | {"node_key": "progression_system"}, "invalid_option", None),
        (ALICE | {"node_key": "item_sword"}, "invalid_option", None),
        (ALICE, "validation", "option_index"),
        (ALICE | {"option_index": None}, "validation", "option_index"),
        (ALICE | {"option_index": 0}, "validation", "option_index"),
        (ALICE | {"option_index": -1}, "validation", "option_index"),
        (ALICE | {"option_index": "first"}, "validation", "option_index"),
        (ALICE | {"option_index": 1.5}, "validation", "option_index"),
        (ALICE | {"node_key": ""}, "validation", "node_key"),
        (ALICE | {"node_key": "x" * 51}, "validation", "node_key"),
        (ALICE | {"platform": "x" * 21, "option_index": 1}, "invalid_platform", "platform"),
        (ALICE | {"username": "", "option_index": 1}, "validation", "username"),
        (ALICE | {"platform_id": "a\nb", "option_index": 1}, "validation", "platform_id"),
        ({"platform": "twitch", "username": "alice", "option_index": 1}, "validation", "platform_id"),
        ("[]", "validation", "body"),
        ("{", "bad_json", None),
    ]:
        with subtests.test(body=body, code=code):
            answer = call("POST", VOTE, body)

            assert (answer.status, answer.json["code"]) == (400, code)
            assert list(answer.json.get("fields", {})) == ([field] if field else [])
            assert [each["vote_count"] for each in call("GET", SESSION).json["options"]] == [0] * 4
