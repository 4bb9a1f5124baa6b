"""/api/v1/user/timeout and /api/v1/admin/timeout/clear."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import announced

TIMEOUT = "/api/v1/user/timeout"
CLEAR = "/api/v1/admin/timeout/clear"


def silence(**more: Any) -> dict[str, Any]:
    return {"platform": "twitch", "username": "Troll", "duration_seconds": 60} | more


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_timeout_grows(call: CallApi, method: str):
    first = call(method, TIMEOUT, silence(reason="spam"))
    second = call(method, TIMEOUT, silence(username="troll", duration_seconds=30))

    assert (first.status, second.status) == (200, 200)
    assert first.json == {
        "message": "Troll is timed out for 60 seconds.",
        "platform": "twitch",
        "username": "Troll",
        "added_duration_seconds": 60,
        "total_remaining_seconds": 60,
    }
    assert second.json["added_duration_seconds"] == 30
    assert 80 <= second.json["total_remaining_seconds"] <= 90


def test_everybody_can_ask(call: CallApi):
    call("PUT", TIMEOUT, silence())

    silent = call("GET", TIMEOUT, query={"username": "TROLL"})
    elsewhere = call("GET", TIMEOUT, query={"platform": "Discord", "username": "Troll"})

    assert silent.status == 200
    assert silent.json.keys() == {"platform", "username", "is_timed_out", "remaining_seconds"}
    assert (silent.json["platform"], silent.json["username"]) == ("twitch", "TROLL")
    assert silent.json["is_timed_out"] is True
    assert isinstance(silent.json["remaining_seconds"], float)
    assert 50 < silent.json["remaining_seconds"] < 60
    assert elsewhere.status == 200
    assert elsewhere.json == {
        "platform": "discord",
        "username": "Troll",
        "is_timed_out": False,
        "remaining_seconds": 0.0,
    }


def test_an_administrator_clears(call: CallApi, conn: Connection):
    call("PUT", TIMEOUT, silence())

    first = call("POST", CLEAR, {"platform": "twitch", "username": "troll"})
    second = call("POST", CLEAR, {"platform": "twitch", "username": "troll"})

    assert (first.status, second.status) == (200, 200)
    assert first.json == {"message": "troll may talk again.", "platform": "twitch", "username": "troll"}
    assert second.json["message"] == "troll was not timed out."
    assert call("GET", TIMEOUT, query={"username": "troll"}).json["is_timed_out"] is False
    with transaction(conn) as tx:
        assert [event["action"] for event in announced(tx, "timeout.cleared")] == ["cleared"]
        assert [event["duration_seconds"] for event in announced(tx, "timeout.applied")] == [60]


def test_limits_are_kept(call: CallApi, subtests: pytest.Subtests):
    for wrong, field in [
        ({"duration_seconds": 0}, "duration_seconds"),
        ({"duration_seconds": 86_401}, "duration_seconds"),
        ({"duration_seconds": 1.5}, "duration_seconds"),
        ({"duration_seconds": None}, "duration_seconds"),
        ({"username": None}, "username"),
        ({"reason": "x" * 256}, "reason"),
    ]:
        with subtests.test(wrong=wrong, field=field):
            answer = call("PUT", TIMEOUT, silence(**wrong))

            assert (answer.status, answer.json["code"]) == (400, "validation")
            assert answer.json["fields"].keys() == {field}


def test_a_day_and_a_long_reason_are_fine(call: CallApi):
    answer = call("PUT", TIMEOUT, silence(duration_seconds=86_400, reason="x" * 255))

    assert (answer.status, answer.json["total_remaining_seconds"]) == (200, 86_400)
