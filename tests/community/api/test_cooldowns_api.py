"""Administrators end cooldowns, and see who is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from community.messages.service import handle_message
from kernel.database import Connection, Tx, transaction
from tests.support.api import CallApi
from tests.support.factories import announced, make_player, stored, unlock

RESET = "/api/v1/admin/cooldown/reset"
ACTIVE = "/api/v1/admin/users/active"
SEARCH = "/api/v1/user/search"
ALICE: dict[str, Any] = {"platform": "twitch", "platform_id": "1", "username": "alice"}


def start_for_everyone(tx: Tx, action: str) -> None:
    tx.execute(
        """
        INSERT INTO cooldowns (user_id, action_key, created_at, expires_at)
        VALUES (NULL, %(action)s, %(now)s, %(now)s + interval '15 minutes')
        """,
        {"action": action, "now": tx.now},
    )


def test_who_was_let_off_may_act_at_once(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "feature_search")
    assert [call("POST", SEARCH, ALICE).status for _ in range(2)] == [200, 429]

    answer = call("POST", RESET, {"platform": "TWITCH", "username": "@ALICE", "action": " SEARCH "})

    assert (answer.status, answer.json) == (200, {"message": "The cooldown of search is over for alice."})
    assert call("POST", SEARCH, ALICE).status == 200
    with transaction(conn) as tx:
        assert [event["action"] for event in announced(tx, "cooldown.reset")] == ["search"]


def test_a_cooldown_of_everybody_is_ended_for_everybody(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        start_for_everyone(tx, "expedition")

    answers = [call("POST", RESET, {"action": "expedition"}) for _ in range(2)]

    assert [answer.json["message"] for answer in answers] == [
        "The cooldown of expedition is over for all.",
        "The cooldown of expedition was not running for all.",
    ]
    with transaction(conn) as tx:
        assert len(announced(tx, "cooldown.reset")) == 1


def test_an_action_without_a_cooldown_is_refused_with_those_that_have_one(call: CallApi):
    answer = call("POST", RESET, {"action": "serch"})

    assert (answer.status, answer.json["code"], answer.json["fields"].keys()) == (400, "validation", {"action"})
    assert answer.json["error"] == (
        '"serch" has no cooldown. These actions have one: search, slots, expedition. Did you mean search?'
    )


def test_an_action_is_named_in_the_reader_s_language(call: CallApi):
    german = {"Accept-Language": "de"}

    known = call("POST", RESET, {"action": "Suche"}, headers=german)
    unknown = call("POST", RESET, {"action": "dance"}, headers=german)

    assert known.status == 200, known.text
    assert unknown.json["error"].endswith("Diese Aktionen haben eine: Suche, Spielautomat, Expedition.")


def test_a_reset_that_makes_no_sense(call: CallApi, subtests: pytest.Subtests):
    for body, status, code, field in [
        ({}, 400, "validation", "action"),
        ({"action": ""}, 400, "validation", "action"),
        ({"action": "x" * 51}, 400, "validation", "action"),
        ({"action": "search", "platform": "twitch"}, 400, "validation", "username"),
        ({"action": "search", "username": "alice"}, 400, "validation", "platform"),
        ({"action": "search", "platform": "myspace", "username": "alice"}, 400, "invalid_platform", "platform"),
        ({"action": "search", "platform": "twitch", "username": "nobody"}, 404, "not_found", None),
    ]:
        with subtests.test(body=body, status=status):
            answer = call("POST", RESET, body)

            assert (answer.status, answer.json["code"]) == (status, code)
            assert answer.json.get("fields", {}).keys() == ({field} if field else set())


def test_who_has_said_something_lately(call: CallApi, conn: Connection):
    now = datetime.now(UTC)
    lines = {"alice": (1, "twitch"), "bob": (29, "discord"), "carol": (31, "twitch"), "dave": (90, "youtube")}
    ids: dict[str, str] = {}
    for name, (minutes, platform) in lines.items():
        with transaction(conn, now=now - timedelta(minutes=minutes)) as tx:
            ref = make_player(tx, name, platform=platform)
            handle_message(tx, ref, "hello")
            ids[name] = str(stored(tx, ref).id)

    answer = call("GET", ACTIVE)

    assert answer.status == 200
    assert answer.json == [
        {
            "user_id": ids[name],
            "username": name,
            "platform": lines[name][1],
            "last_message_at": f"{now - timedelta(minutes=lines[name][0]):%Y-%m-%dT%H:%M:%SZ}",
        }
        for name in ("alice", "bob")
    ]
    assert [row["username"] for row in call("GET", ACTIVE, query={"minutes": "60"}).json] == ["alice", "bob", "carol"]
    assert [row["username"] for row in call("GET", ACTIVE, query={"minutes": "2"}).json] == ["alice"]


def test_nobody_is_there(call: CallApi):
    answer = call("GET", ACTIVE)

    assert (answer.status, answer.json) == (200, [])


def test_a_span_of_time_that_makes_no_sense(call: CallApi, subtests: pytest.Subtests):
    for minutes in ["0", "-1", "1441", "many", "1.5"]:
        with subtests.test(minutes=minutes):
            answer = call("GET", ACTIVE, query={"minutes": minutes})

            assert (answer.status, answer.json["code"]) == (400, "validation")
            assert answer.json["fields"].keys() == {"minutes"}


def test_the_retention_clock_forgets_cooldowns_and_chatters(environment: Connection):
    from functions.shared.clock_retention.app import handler as clock_retention

    for age in (timedelta(days=2), timedelta(0)):
        with transaction(environment, now=datetime.now(UTC) - age) as tx:
            handle_message(tx, make_player(tx), "hello")
            start_for_everyone(tx, f"feast-{age.days}")

    clock_retention({}, None)

    assert environment.execute("SELECT action_key FROM cooldowns").fetchall() == [{"action_key": "feast-0"}]
    assert environment.execute("SELECT count(*) AS n FROM active_chatters").fetchone() == {"n": 1}
