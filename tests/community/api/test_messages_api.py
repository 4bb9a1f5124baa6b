"""Wire section 11: every line of chat."""

from __future__ import annotations

from typing import Any

import pytest

from community.items.service import use_item
from community.players.models import PlayerRef
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import announced, make_player, stored, unlock

HANDLE = "/api/v1/message/handle"
BATCH = "/api/v1/message/batch"
ALICE: dict[str, Any] = {"platform": "twitch", "platform_id": "1", "username": "alice"}
REF = PlayerRef("twitch", "1", "alice")


def test_a_line_without_a_configured_word(call: CallApi, conn: Connection):
    answer = call("POST", HANDLE, ALICE | {"message": "hello"}, role="bot")

    assert answer.status == 200
    assert answer.json.keys() == {"user", "matches", "found_strings"}
    assert answer.json["matches"] is answer.json["found_strings"] is None
    with transaction(conn) as tx:
        user_id = str(stored(tx, REF).id)
    user = answer.json["user"]
    assert (user["id"], user["internal_id"], user["username"], user["twitch_id"]) == (user_id, user_id, "alice", "1")
    assert "youtube_id" not in user


def test_a_line_with_configured_words(call: CallApi):
    answer = call("POST", HANDLE, ALICE | {"message": "is OBS on? obs!"})

    assert answer.json["matches"] == [{"code": "OBS", "value": "OBS"}, {"code": "OBS", "value": "obs"}]
    assert answer.json["found_strings"] == [{"trigger": "OBS", "match": "OBS"}, {"trigger": "OBS", "match": "obs"}]


@pytest.mark.parametrize("line", [{}, {"message": ""}, {"message": None}, {"message": "two\nlines\t\N{GRINNING FACE}"}])
def test_whatever_is_said_counts(call: CallApi, conn: Connection, line: dict[str, Any]):
    answer = call("POST", HANDLE, ALICE | line)

    assert (answer.status, answer.json["matches"]) == (200, None)
    assert conn.execute("SELECT metric, value FROM engagement_inbox").fetchall() == [{"metric": "message", "value": 1}]


@pytest.mark.parametrize(
    "bad",
    [
        {"platform_id": "2", "username": "\N{HANGUL FILLER}"},
        {"platform_id": "2", "username": "x" * 101},
        {"platform_id": "2", "username": "bob", "message": "x" * 2001},
        {"platform_id": "2", "username": "bob", "message": "\ud800"},
        {"username": "bob"},
    ],
)
def test_a_line_that_cannot_be_counted_is_answered_as_if_it_was_alone_and_the_others_count(
    call: CallApi, conn: Connection, bad: dict[str, Any]
):
    good = {"platform_id": "1", "username": "alice", "message": "obs"}
    alone = call("POST", HANDLE, bad | {"platform": "twitch"})

    answer = call("POST", BATCH, {"platform": "twitch", "messages": [good, bad, good]})

    assert answer.status == 200
    first, refused, last = answer.json["results"]
    assert first["user"]["username"] == last["user"]["username"] == "alice"
    assert (alone.status, refused) == (400, alone.json)
    assert conn.execute("SELECT count(*) FROM engagement_inbox").fetchone() == {"count": 2}


def test_a_batch_of_nothing_but_bad_lines_changes_nothing(call: CallApi, conn: Connection):
    answer = call("POST", BATCH, {"platform": "twitch", "messages": [{"platform_id": "1", "username": ""}, "hello"]})

    assert [result["code"] for result in answer.json["results"]] == ["validation", "validation"]
    assert conn.execute("SELECT FROM users").fetchone() is None


def test_a_line_has_at_most_2000_characters(call: CallApi):
    assert call("POST", HANDLE, ALICE | {"message": "ä" * 2000}).status == 200

    answer = call("POST", HANDLE, ALICE | {"message": "x" * 2001})

    assert (answer.status, answer.json["code"]) == (400, "validation")
    assert answer.json["fields"].keys() == {"message"}


def test_nobody_in_particular_says_nothing(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for path in [HANDLE, "/api/v1/message/test", "/api/v1/test"]:
        for change, code, field in [
            ({"platform": "myspace"}, "invalid_platform", "platform"),
            ({"platform": None}, "validation", "platform"),
            ({"platform_id": ""}, "validation", "platform_id"),
            ({"platform_id": "x" * 101}, "validation", "platform_id"),
            ({"username": None}, "validation", "username"),
            ({"username": "a\tb"}, "validation", "username"),
        ]:
            with subtests.test(path=path, change=change):
                answer = call("POST", path, ALICE | change)

                assert (answer.status, answer.json["code"]) == (400, code)
                assert answer.json["fields"].keys() == {field}
                assert conn.execute("SELECT FROM users").fetchone() is None


@pytest.mark.parametrize("path", ["/api/v1/message/test", "/api/v1/test"])
def test_the_game_greets_whoever_tests_it(call: CallApi, conn: Connection, path: str):
    answer = call("POST", path, ALICE)

    assert (answer.status, answer.json.keys()) == (200, {"message"})
    assert "alice" in answer.json["message"]
    assert conn.execute("SELECT platform FROM active_chatters").fetchall() == [{"platform": "twitch"}]
    assert conn.execute("SELECT FROM engagement_inbox").fetchone() is None
    assert conn.execute("SELECT event_type FROM stats_inbox WHERE event_type = 'message_received'").fetchone() is None


def test_a_line_that_sets_off_a_trap_says_so(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "item_snare")
        bob = make_player(tx, "bob", items={"blast_snare": 1})
        make_player(tx, "alice", platform_id="1")
        use_item(tx, bob, "snare", 1, target="alice")

    answer = call("POST", HANDLE, ALICE | {"message": "obs"})

    told = "alice steps into a trap of bob's: 60 seconds of silence."
    assert answer.json["matches"] == [{"code": "OBS", "value": "obs"}, {"code": "trap_triggered", "value": told}]
    assert answer.json["found_strings"][1] == {"trigger": "trap_triggered", "match": told}
    assert call("POST", HANDLE, ALICE | {"message": "ouch"}).json["matches"] is None
    state = call("GET", "/api/v1/user/timeout", query={"username": "alice"}).json
    assert state["is_timed_out"] is True
    assert 55 < state["remaining_seconds"] <= 60


@pytest.mark.parametrize("path", ["/api/v1/message/test", "/api/v1/test"])
def test_a_greeting_is_a_step_into_a_trap_as_well(call: CallApi, conn: Connection, path: str):
    with transaction(conn) as tx:
        unlock(tx, "item_snare")
        bob = make_player(tx, "bob", items={"blast_snare": 1})
        make_player(tx, "alice", platform_id="1")
        use_item(tx, bob, "snare", 1, target="alice")

    assert call("POST", path, ALICE).status == 200

    with transaction(conn) as tx:
        assert len(announced(tx, "trap.triggered")) == 1
    assert conn.execute("SELECT FROM active_chatters").fetchone() is None


def test_a_batch_answers_each_line_in_order(call: CallApi, conn: Connection):
    lines = [
        {"platform_id": "1", "username": "alice", "message": "hello"},
        {"platform_id": 2, "username": "bob", "message": "is OBS on?"},
        {"platform_id": "1", "username": "alicia"},
    ]

    answer = call("POST", BATCH, {"platform": "Twitch", "messages": lines}, role="bot")

    assert answer.status == 200
    results = answer.json["results"]
    assert [result["user"]["username"] for result in results] == ["alicia", "bob", "alicia"]
    assert results[1]["matches"] == [{"code": "OBS", "value": "OBS"}]
    assert results[0].keys() == {"user", "matches", "found_strings"}
    assert conn.execute("SELECT count(*) FROM engagement_inbox").fetchone() == {"count": 3}


def test_a_batch_has_1_to_25_lines(call: CallApi, conn: Connection):
    line = {"platform_id": "1", "username": "alice"}
    for lines in [[], [line] * 26, "hello", None]:
        answer = call("POST", BATCH, {"platform": "twitch", "messages": lines})

        assert (answer.status, answer.json["code"]) == (400, "validation")
        assert answer.json["fields"].keys() == {"messages"}
        assert conn.execute("SELECT FROM users").fetchone() is None
    assert call("POST", BATCH, {"platform": "twitch", "messages": [line] * 25}).status == 200
