"""Engagement over HTTP. Source: wire 7 and 7.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from community.engagement import weights
from community.engagement.rollup import roll_up
from kernel.content.library import Library
from kernel.database import Connection, transaction
from tests.support.api import CallApi

ENGAGEMENT = "/api/v1/progression/engagement"
BY_NAME = "/api/v1/progression/engagement-by-username"
LEADERBOARD = "/api/v1/progression/leaderboard"
VELOCITY = "/api/v1/progression/velocity"
RELOAD = "/api/v1/admin/progression/reload-weights"
OLD_RELOAD = "/api/admin/progression/reload-weights"

ALICE = {"platform": "twitch", "platform_id": "4711", "username": "alice"}
NOTHING = {"messages_sent": 0, "commands_used": 0, "items_crafted": 0, "items_used": 0, "total_score": 0}


def test_recording_and_looking(call: CallApi):
    for metric, value, score in (
        ("message", 3, 3),
        ("command", 1, 2),
        ("item_crafted", 2, 400),
        ("item_used", 4, 40),
        ("tea_brewed", 5, 5),
    ):
        answer = call("POST", ENGAGEMENT, {**ALICE, "metric_type": metric, "value": value})
        assert (answer.status, answer.json["score"], list(answer.json)) == (200, score, ["message", "score"])

    expected = {
        "messages_sent": 3,
        "commands_used": 1,
        "items_crafted": 2,
        "items_used": 4,
        "total_score": 450,
        "by_type": {"command": 1, "item_crafted": 2, "item_used": 4, "message": 3, "tea_brewed": 5},
    }
    name = {"platform": "Twitch", "username": "ALICE"}
    for path, query in (
        (ENGAGEMENT, {"platform": "twitch", "platform_id": "4711"}),
        (ENGAGEMENT, {**ALICE, "username": "somebody else"}),
        (ENGAGEMENT, name),
        (BY_NAME, name),
        (f"{ENGAGEMENT}/Alice", {"platform": "twitch"}),
    ):
        answer = call("GET", path, query=query)
        assert (answer.status, answer.json) == (200, expected)
    # To look at a player under a name gives nobody that name.
    assert call("GET", LEADERBOARD).json[0]["username"] == "alice"


def test_a_player_is_recorded_by_name(call: CallApi):
    call("POST", ENGAGEMENT, {**ALICE, "metric_type": "message"})

    answer = call("POST", f"{ENGAGEMENT}/alice", {"platform": "twitch", "metric_type": "message", "value": 2})

    assert (answer.status, answer.json["score"]) == (200, 2)
    assert call("GET", ENGAGEMENT, query=ALICE).json["messages_sent"] == 3


def test_an_id_beside_the_name_in_the_path_introduces_a_stranger(call: CallApi):
    body = {"platform": "twitch", "platform_id": "1", "metric_type": "message"}

    assert call("POST", f"{ENGAGEMENT}/bob", body).status == 200

    assert call("GET", f"{ENGAGEMENT}/bob", query={"platform": "twitch"}).json["messages_sent"] == 1


@pytest.mark.parametrize("name", ["metric_type", "action", "event_type"])
def test_a_metric_has_three_names_and_a_value_of_one(call: CallApi, name: str):
    assert call("POST", ENGAGEMENT, {**ALICE, name: "item_used"}).json["score"] == 10
    assert call("POST", ENGAGEMENT, {**ALICE, name: "item_used", "value": None}).json["score"] == 10


def test_half_a_stranger_is_not_found(call: CallApi, subtests: pytest.Subtests):
    for path, body in [
        (ENGAGEMENT, {"platform": "twitch", "platform_id": "unknown", "metric_type": "message"}),
        (f"{ENGAGEMENT}/nobody", {"platform": "twitch", "metric_type": "message"}),
    ]:
        with subtests.test(path=path, body=body):
            answer = call("POST", path, body)

            assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_refused_record(call: CallApi, subtests: pytest.Subtests):
    for change, code, field in [
        ({"platform": None}, "validation", "platform"),
        ({"platform": "myspace"}, "invalid_platform", "platform"),
        ({"platform_id": None}, "validation", "platform_id"),
        ({"platform_id": ""}, "validation", "platform_id"),
        ({"username": "x" * 101}, "validation", "username"),
        ({"username": "a\nb"}, "validation", "username"),
        ({"metric_type": None}, "validation", "metric_type"),
        ({"metric_type": ""}, "validation", "metric_type"),
        ({"metric_type": "m" * 51}, "validation", "metric_type"),
        ({"metric_type": "a\x00b"}, "validation", "metric_type"),
        ({"value": 0}, "validation", "value"),
        ({"value": -1}, "validation", "value"),
        ({"value": 10_001}, "validation", "value"),
        ({"value": 1.5}, "validation", "value"),
        ({"value": "many"}, "validation", "value"),
    ]:
        with subtests.test(change=change, code=code):
            answer = call("POST", ENGAGEMENT, {**ALICE, "metric_type": "message", **change})

            assert (answer.status, answer.json["code"]) == (400, code)
            assert field in answer.json["fields"]
            assert call("GET", LEADERBOARD).json == []


def test_the_most_and_the_longest(call: CallApi):
    body = {**ALICE, "metric_type": "m" * 50, "value": 10_000}

    assert call("POST", ENGAGEMENT, body).json["score"] == 10_000


def test_nobody_has_zeros_but_a_name_must_be_known(call: CallApi):
    stranger = call("GET", ENGAGEMENT, query={"platform": "discord", "platform_id": "unknown"})
    assert (stranger.status, stranger.json) == (200, NOTHING)
    for path, query in (
        (ENGAGEMENT, {"platform": "discord", "username": "nobody"}),
        (BY_NAME, {"platform": "discord", "username": "nobody"}),
        (f"{ENGAGEMENT}/nobody", {"platform": "discord"}),
    ):
        answer = call("GET", path, query=query)
        assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_refused_look(call: CallApi, subtests: pytest.Subtests):
    for path, query, code, fields in [
        (ENGAGEMENT, {}, "missing_parameter", "platform platform_id"),
        (ENGAGEMENT, {"platform": "twitch"}, "missing_parameter", "platform_id"),
        (ENGAGEMENT, {"platform": "myspace", "platform_id": "1"}, "invalid_platform", "platform"),
        (ENGAGEMENT, {"platform": "twitch", "platform_id": "x" * 101}, "validation", "platform_id"),
        (BY_NAME, {"platform": "twitch"}, "missing_parameter", "username"),
        (BY_NAME, {"username": "alice"}, "missing_parameter", "platform"),
        (f"{ENGAGEMENT}/alice", {}, "missing_parameter", "platform"),
        (f"{ENGAGEMENT}/{'x' * 101}", {"platform": "twitch"}, "validation", "username"),
        (VELOCITY, {"days": "many"}, "validation", "days"),
        (VELOCITY, {"days": "36501"}, "validation", "days"),
    ]:
        with subtests.test(path=path, query=query):
            answer = call("GET", path, query=query)

            assert (answer.status, answer.json["code"], list(answer.json["fields"])) == (400, code, fields.split())


def test_the_leaderboard(call: CallApi, conn: Connection):
    for number in range(12):
        body = {"platform": "twitch", "platform_id": str(number), "username": f"p{number}"}
        call("POST", ENGAGEMENT, {**body, "metric_type": "message", "value": 1 + number})
        if number == 5:
            with transaction(conn) as tx:
                roll_up(tx)

    leaders = call("GET", LEADERBOARD).json

    assert [(each["rank"], each["username"], each["contribution"]) for each in leaders] == [
        (rank, f"p{12 - rank}", 13 - rank) for rank in range(1, 11)
    ]
    assert all(list(each) == ["user_id", "username", "contribution", "rank"] for each in leaders)
    for limit, entries in (("1", 1), ("11", 11), ("100", 12)):
        assert len(call("GET", LEADERBOARD, query={"limit": limit}).json) == entries
    for limit in ("0", "-1", "101", "9" * 5000, "ten", "1.5", "", "٣"):
        assert len(call("GET", LEADERBOARD, query={"limit": limit}).json) == 10


def test_an_empty_leaderboard(call: CallApi):
    assert call("GET", LEADERBOARD).json == []


def test_velocity(call: CallApi):
    call("POST", ENGAGEMENT, {**ALICE, "metric_type": "item_sold", "value": 7})

    for query, days in (({}, 7), ({"days": "0"}, 7), ({"days": "-3"}, 7), ({"days": "10"}, 10), ({"days": "1"}, 1)):
        answer = call("GET", VELOCITY, query=query)
        assert (answer.status, answer.json) == (
            200,
            {
                "points_per_day": 350 / days,
                "trend": "stable",
                "period_days": days,
                "sample_size": 1,
                "total_points": 350,
            },
        )


@pytest.mark.parametrize("path", [RELOAD, OLD_RELOAD])
def test_weights_are_reloaded(call: CallApi, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weights, "shipped", Library(tmp_path))
    (tmp_path / "engagement_weights.json").write_text('{"version": "1.0", "weights": {"item_sold": 0.5}}')
    call("POST", ENGAGEMENT, {**ALICE, "metric_type": "item_sold", "value": 5})

    answer = call("POST", path)

    assert (answer.status, list(answer.json)) == (200, ["message"])
    assert call("GET", LEADERBOARD).json[0]["contribution"] == 2
    assert call("POST", ENGAGEMENT, {**ALICE, "metric_type": "item_sold", "value": 4}).json["score"] == 2


def test_a_broken_weights_file_changes_nothing(call: CallApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weights, "shipped", Library(tmp_path))
    (tmp_path / "engagement_weights.json").write_text('{"version": "1.0", "weights": {"item_sold": -1}}')

    answer = call("POST", RELOAD)

    assert (answer.status, answer.json["code"]) == (400, "validation")
    assert call("POST", ENGAGEMENT, {**ALICE, "metric_type": "item_sold"}).json["score"] == 50
