"""/api/v1/stats, and the clock behind it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from community.players.models import Player
from functions.shared.clock import app as clock
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import make_player, stored

ACCOUNT = {"platform": "twitch", "platform_id": "a"}
EVENT = ACCOUNT | {"event_type": "search"}


@pytest.fixture
def alice(conn: Connection) -> Player:
    with transaction(conn) as tx:
        return stored(tx, make_player(tx, platform_id="a", money=7))


def test_an_event_is_counted_for_a_player_named_either_way(call: CallApi, alice: Player):
    by_id = call("POST", "/api/v1/stats/event", {"user_id": str(alice.id), "event_type": "search"})
    by_account = call("POST", "/api/v1/stats/event", EVENT | {"platform": "TWITCH"})

    assert (by_id.status, by_id.json) == (200, {"message": "Counted: Searches."})
    assert by_account.status == 200
    stats = call("GET", "/api/v1/stats/user", query=ACCOUNT).json
    assert stats["event_counts"]["search"] == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"event_data": {"a": [1, "\\u0000"]}}, {"a": [1, "\\u0000"]}),
        ({"metadata": {"b": None}}, {"b": None}),
        ({"event_data": {"a": 1}, "metadata": {"b": 2}}, {"a": 1}),
        ({"event_data": None, "metadata": {"b": 2}}, {"b": 2}),
        ({"event_data": None}, None),
        ({}, None),
    ],
)
def test_an_event_may_say_more_about_itself(
    call: CallApi, conn: Connection, alice: Player, sent: dict[str, Any], kept: dict[str, Any] | None
):
    assert call("POST", "/api/v1/stats/event", EVENT | sent).status == 200

    with transaction(conn) as tx:
        row = tx.execute("SELECT event_data FROM stats_inbox WHERE event_type = 'search'").fetchone()
    assert row == {"event_data": kept}


def test_what_is_no_event_is_refused(call: CallApi, alice: Player, subtests: pytest.Subtests):
    for body, code, field in [
        ({"event_type": "search"}, "validation", "platform_id"),
        ({"event_type": "search", "user_id": "alice"}, "validation", "user_id"),
        ({"event_type": "search", "platform": "twitch"}, "validation", "platform_id"),
        ({"event_type": "search", "platform_id": "a"}, "validation", "platform"),
        (EVENT | {"platform": "icq"}, "invalid_platform", "platform"),
        (ACCOUNT, "validation", "event_type"),
        (ACCOUNT | {"event_type": ""}, "validation", "event_type"),
        (ACCOUNT | {"event_type": "x" * 51}, "validation", "event_type"),
        (ACCOUNT | {"event_type": "a\nb"}, "validation", "event_type"),
        (EVENT | {"event_data": [1]}, "validation", "event_data"),
        (EVENT | {"event_data": "found"}, "validation", "event_data"),
        (EVENT | {"metadata": 7}, "validation", "metadata"),
        (EVENT | {"event_data": {"a": ["b\x00"]}}, "validation", "event_data"),
        (EVENT | {"event_data": {"a\x00": 1}}, "validation", "event_data"),
        (EVENT | {"event_data": {"a": float("nan")}}, "validation", "event_data"),
        (EVENT | {"event_data": {"a": "\ud800"}}, "validation", "event_data"),
        ("[]", "validation", None),
        ("{", "bad_json", None),
    ]:
        with subtests.test(body=body, code=code):
            answer = call("POST", "/api/v1/stats/event", body)

            assert (answer.status, answer.json["code"]) == (400, code)
            if field:
                assert field in answer.json["fields"]


def test_what_is_nested_too_deeply_is_refused(call: CallApi, alice: Player, subtests: pytest.Subtests):
    for depth, status in [(49, 200), (50, 400), (900, 400), (50_000, 400)]:
        with subtests.test(depth=depth, status=status):
            nested = '{"a":' * depth + "1" + "}" * depth
            body = json.dumps(EVENT | {"event_data": 0}).replace("0", nested)

            assert call("POST", "/api/v1/stats/event", body).status == status


@pytest.mark.parametrize("who", [{"user_id": "00000000-0000-0000-0000-000000000000"}, ACCOUNT])
def test_nobody_does_nothing(call: CallApi, who: dict[str, str]):
    answer = call("POST", "/api/v1/stats/event", who | {"event_type": "search"})

    assert (answer.status, answer.json["code"]) == (400, "user_not_found")


@pytest.mark.parametrize("who", [{"platform_id": "a"}, {"username": "ALICE"}, {"platform_id": "a", "username": "bob"}])
def test_the_stats_of_a_player(call: CallApi, alice: Player, who: dict[str, str]):
    call("POST", "/api/v1/stats/event", EVENT)

    answer = call("GET", "/api/v1/stats/user", query={"platform": "twitch", "period": "weekly"} | who)

    assert answer.status == 200
    counts = {"daily_streak": 1, "search": 1, "user_registered": 1}
    start, end = (datetime.fromisoformat(answer.json.pop(name)) for name in ("start_time", "end_time"))
    assert end - start == timedelta(days=7)
    assert answer.json == {
        "period": "weekly",
        "total_events": 3,
        "event_counts": counts,
        "events_by_type": counts,
        "metrics": {"current_streak": 1},
        "current_streak": 1,
        "message": "alice, in the last 7 days: Searches: 1. Active for 1 day in a row.",
    } | {name: answer.json[name] for name in ("start_time", "end_time")}


def test_whose_stats_cannot_be_told(call: CallApi, alice: Player, subtests: pytest.Subtests):
    for query, status, code in [
        (ACCOUNT | {"platform_id": "b"}, 404, "not_found"),
        ({"platform": "twitch", "username": "bob"}, 404, "not_found"),
        ({"platform": "twitch"}, 400, "missing_parameter"),
        ({"platform_id": "a"}, 400, "missing_parameter"),
        ({"username": "alice"}, 400, "missing_parameter"),
        ({}, 400, "missing_parameter"),
        ({"platform": "icq", "username": "alice"}, 400, "invalid_platform"),
        ({"platform": "twitch", "username": ""}, 400, "validation"),
        ({"platform": "twitch", "username": "x" * 101}, 400, "validation"),
        ({"platform": "twitch", "platform_id": "a\x00"}, 400, "validation"),
    ]:
        with subtests.test(query=query, status=status):
            answer = call("GET", "/api/v1/stats/user", query=query)

            assert (answer.status, answer.json["code"]) == (status, code)


def test_the_stats_of_all_players_name_no_streak(call: CallApi, alice: Player):
    answer = call("GET", "/api/v1/stats/system", query={"period": "fortnightly"})

    assert answer.status == 200
    assert answer.json.keys() == {
        "period",
        "start_time",
        "end_time",
        "total_events",
        "event_counts",
        "events_by_type",
        "message",
    }
    assert answer.json["message"] == "All players together, in the last 24 hours: Active days: 1, New players: 1."
    assert (answer.json["period"], answer.json["total_events"]) == ("daily", 2)


def test_without_anybody_there_is_nothing_to_count(call: CallApi):
    assert call("GET", "/api/v1/stats/system").json["event_counts"] == {}
    answer = call("GET", "/api/v1/stats/leaderboard", query={"event_type": "search"})
    assert (answer.status, answer.json) == (
        200,
        {
            "event_type": "search",
            "period": "daily",
            "entries": [],
            "message": "Searches in the last 24 hours: no one yet.",
        },
    )


@pytest.mark.parametrize("name", ["event_type", "metric"])
@pytest.mark.parametrize(
    ("metric", "count", "message"),
    [("search", 2, "Searches so far: 1. alice (2)."), ("money", 7, "Money: 1. alice (7).")],
)
def test_a_leaderboard(call: CallApi, alice: Player, name: str, metric: str, count: int, message: str):
    for _ in range(2):
        call("POST", "/api/v1/stats/event", EVENT)

    answer = call("GET", "/api/v1/stats/leaderboard", query={name: metric, "period": "all", "limit": "5"})

    entry = {"user_id": str(alice.id), "username": "alice", "count": count, "event_type": metric, "rank": 1}
    assert answer.status == 200
    assert answer.json == {"event_type": metric, "period": "all", "entries": [entry], "message": message}
    assert call("GET", "/api/v1/stats/rank", query=ACCOUNT | {name: metric, "period": "all"}).json == {
        "event_type": metric,
        "period": "all",
        "rank": 1,
        "count": count,
        "entries": [entry],
        "message": message.replace("1. alice (", "alice is number 1 with ").replace(")", ""),
    }


def test_of_both_names_the_first_is_read(call: CallApi, alice: Player):
    answer = call("GET", "/api/v1/stats/leaderboard", query={"event_type": "search", "metric": "money"})

    assert answer.json["event_type"] == "search"


def test_what_is_no_leaderboard(call: CallApi, subtests: pytest.Subtests):
    for query, code in [
        ({}, "missing_parameter"),
        ({"event_type": ""}, "validation"),
        ({"metric": "x" * 51}, "validation"),
        ({"event_type": "search", "limit": "0"}, "invalid_limit"),
        ({"event_type": "money", "limit": "-3"}, "invalid_limit"),
        ({"event_type": "search", "limit": "many"}, "validation"),
        ({"event_type": "search", "limit": ""}, "validation"),
    ]:
        with subtests.test(query=query, code=code):
            answer = call("GET", "/api/v1/stats/leaderboard", query=query)

            assert (answer.status, answer.json["code"]) == (400, code)


def test_a_long_leaderboard_is_cut(call: CallApi, alice: Player):
    answer = call("GET", "/api/v1/stats/leaderboard", query={"event_type": "daily_streak", "limit": "9" * 30})

    assert answer.status == 200
    assert len(answer.json["entries"]) == 1


def test_the_clock_empties_the_inboxes_and_changes_no_answer(
    call: CallApi, conn: Connection, alice: Player, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("community.stats.rollup.BATCH", 4)
    rollups = {name: clock.CHORES[name]._replace(at_least=2) for name in ("stats", "engagement")}
    monkeypatch.setattr(clock, "CHORES", {**clock.CHORES, **rollups})
    with transaction(conn) as tx:
        tx.execute(
            "INSERT INTO engagement_inbox (user_id, metric, value, recorded_at) VALUES (%s, 'message', 3, %s)",
            (alice.id, tx.now),
        )
    for _ in range(7):
        call("POST", "/api/v1/stats/event", EVENT)
    before = call("GET", "/api/v1/stats/system").json["event_counts"]

    done = clock.handler({}, None)
    assert {name: done[name] for name in rollups} == {"stats": 9, "engagement": 1}

    assert clock.handler({}, None) == {}
    assert call("GET", "/api/v1/stats/system").json["event_counts"] == before
    assert before == {"search": 7, "daily_streak": 1, "user_registered": 1}


@pytest.mark.parametrize("who", [{"user_id": "00000000-0000-0000-0000-000000000000"}, ACCOUNT | {"platform_id": "404"}])
def test_whoever_is_unknown_is_called_something(call: CallApi, who: dict[str, str]):
    answer = call("GET", "/api/v1/stats/user", query=who)

    assert (answer.status, "None" in answer.json["error"]) == (404, False)


def test_a_player_who_has_none_has_no_rank(call: CallApi, alice: Player):
    answer = call("GET", "/api/v1/stats/rank", query=ACCOUNT | {"metric": "search"})

    assert (answer.json["rank"], answer.json["count"], answer.json["entries"]) == (None, 0, [])
    assert answer.json["message"] == "Searches in the last 24 hours: alice has none yet."
    assert call("GET", "/api/v1/stats/rank", query=ACCOUNT | {"platform_id": "b", "metric": "search"}).status == 404
    assert call("GET", "/api/v1/stats/rank", query=ACCOUNT | {"metric": "search", "neighbours": "6"}).status == 400
