"""/api/v1/link through the real handler."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi
from tests.support.factories import holdings, make_player

ALICE = {"platform": "twitch", "platform_id": "a1"}
BOB = {"platform": "discord", "platform_id": "b1"}
INITIATE, CLAIM, CONFIRM, UNLINK, STATUS = (
    f"/api/v1/link/{step}" for step in ("initiate", "claim", "confirm", "unlink", "status")
)


@pytest.fixture
def two_players(conn: Connection) -> None:
    with transaction(conn) as tx:
        make_player(tx, "alice", platform_id="a1", money=5)
        make_player(tx, "bob", platform="discord", platform_id="b1", money=7)


def start(call: CallApi, account: dict[str, str] = ALICE) -> str:
    return call("POST", INITIATE, account).json["token"]


def link(call: CallApi) -> Answer:
    call("POST", CLAIM, BOB | {"token": start(call)})
    return call("POST", CONFIRM, ALICE)


def let_time_pass(conn: Connection, seconds: int) -> None:
    """For codes and requests: their ends come nearer."""
    past = timedelta(seconds=seconds)
    conn.execute("UPDATE link_tokens SET expires_at = expires_at - %s", (past,))
    conn.execute("UPDATE unlink_requests SET expires_at = expires_at - %s", (past,))


def is_refused(answer: Answer, *words: str) -> bool:
    assert answer.status == 400, answer
    assert answer.json.keys() == {"error", "code"}
    assert answer.json["code"] == "link_token"
    return all(word in answer.json["error"] for word in words)


def test_initiate_answers_a_code(call: CallApi):
    answer = call("POST", INITIATE, ALICE | {"username": "alice"})

    assert answer.status == 200
    assert answer.json.keys() == {"token", "expires_in", "message"}
    assert answer.json["expires_in"] == 600
    assert answer.json["token"] in answer.json["message"]


@pytest.mark.parametrize("field", ["token", "code"])
def test_claim_takes_the_code_under_either_name_and_in_any_case(call: CallApi, field: str):
    token = start(call)

    answer = call("POST", CLAIM, BOB | {field: token.lower()})

    assert answer.status == 200
    assert answer.json.keys() == {"source_platform", "awaiting_confirmation", "number", "message"}
    assert (answer.json["source_platform"], answer.json["awaiting_confirmation"]) == ("twitch", True)


def test_token_wins_over_code(call: CallApi):
    answer = call("POST", CLAIM, BOB | {"token": start(call), "code": "ZZZZZZ"})

    assert answer.status == 200


@pytest.mark.usefixtures("two_players")
def test_confirm_merges_the_two(call: CallApi, conn: Connection):
    answer = link(call)

    assert answer.status == 200
    assert answer.json.keys() == {"success", "linked_platforms", "message"}
    assert (answer.json["success"], answer.json["linked_platforms"]) == (True, ["discord", "twitch"])
    with transaction(conn) as tx:
        ref = make_player(tx, "bob", platform="discord", platform_id="b1")
        assert holdings(tx, ref) == {"money": 12}


def test_two_strangers_are_registered_under_the_names_they_tell(call: CallApi, conn: Connection):
    token = start(call, ALICE | {"username": "Alice"})
    call("POST", CLAIM, BOB | {"token": token, "username": "Bob"})

    assert call("POST", CONFIRM, ALICE).status == 200

    rows = conn.execute("SELECT username FROM user_platform_links ORDER BY username").fetchall()
    assert [row["username"] for row in rows] == ["Alice", "Bob"]


@pytest.mark.usefixtures("two_players")
def test_an_account_that_unlinks_itself_is_told_what_it_leaves(call: CallApi):
    link(call)

    asked = call("POST", UNLINK, ALICE | {"target_platform": "twitch"})
    done = call("POST", UNLINK, ALICE | {"target_platform": "twitch", "confirm": True})

    assert asked.json["message"].endswith("What you have stays with your other accounts.")
    assert (done.status, done.json["message"]) == (200, "Your twitch account is unlinked.")
    assert call("GET", STATUS, query=ALICE).json["linked_platforms"] == []


@pytest.mark.usefixtures("two_players")
def test_unlink_asks_first(call: CallApi):
    link(call)

    asked = call("POST", UNLINK, ALICE | {"target_platform": "discord"})
    done = call("POST", UNLINK, ALICE | {"target_platform": "Discord", "confirm": True})

    assert asked.status == done.status == 200
    assert asked.json.keys() == {"awaiting_confirmation", "message"}
    assert asked.json["awaiting_confirmation"] is True
    assert asked.json["message"].endswith("What you have stays with this account.")
    assert done.json.keys() == {"success", "message"}
    assert done.json["success"] is True
    assert call("GET", STATUS, query=ALICE).json["linked_platforms"] == ["twitch"]


@pytest.mark.usefixtures("two_players")
def test_status_tells_platforms_and_the_own_code(call: CallApi):
    alone = call("GET", STATUS, query=ALICE)
    token = start(call)
    waiting = call("GET", STATUS, query=ALICE)
    call("POST", CLAIM, BOB | {"token": token})
    claimed = call("GET", STATUS, query=ALICE)
    call("POST", CONFIRM, ALICE)
    linked = call("GET", STATUS, query={"platform": "DISCORD", "platform_id": "b1"})

    assert alone.status == 200
    assert alone.json.keys() == {"linked_platforms", "is_linked", "message"}
    assert (alone.json["linked_platforms"], alone.json["is_linked"]) == (["twitch"], False)
    pending = waiting.json["pending_token"]
    assert pending.keys() == {"token", "state", "expires_at"}
    assert (pending["token"], pending["state"]) == (token, "pending")
    left = datetime.strptime(pending["expires_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    assert claimed.json["pending_token"]["state"] == "claimed"
    assert (linked.json["linked_platforms"], linked.json["is_linked"]) == (["discord", "twitch"], True)
    assert "pending_token" not in linked.json


def test_a_viewers_key_does_not_get_the_code(call: CallApi):
    token = start(call)

    assert call("GET", STATUS, query=ALICE, role="bot").json["pending_token"]["token"] == token
    told = call("GET", STATUS, query=ALICE, role="viewer")

    assert told.json["pending_token"].keys() == {"state", "expires_at"}
    assert token not in str(told.json)


def test_status_of_a_stranger_is_empty(call: CallApi):
    answer = call("GET", STATUS, query=ALICE)

    assert answer.status == 200
    assert answer.json["linked_platforms"] == []
    assert answer.json["is_linked"] is False


def test_every_refusal_says_what_to_do_next(call: CallApi, conn: Connection):
    token = start(call)

    assert is_refused(call("POST", CLAIM, BOB | {"token": "zzzzzz"}), "no code ZZZZZZ", "get a new one")
    assert is_refused(call("POST", CLAIM, ALICE | {"token": token}), "your other account")
    assert is_refused(call("POST", CONFIRM, ALICE), f"{token} is not claimed yet")
    assert is_refused(call("POST", CONFIRM, BOB), "nothing to confirm", "Start here")
    assert call("POST", CLAIM, BOB | {"token": token}).status == 200
    other = {"platform": "youtube", "platform_id": "3003"}
    assert call("POST", CLAIM, other | {"token": token}).json["number"] == 2
    assert is_refused(call("POST", CONFIRM, ALICE), "1: ", "2: ", "with the number")
    assert call("POST", CONFIRM, ALICE | {"number": 0}).json["fields"].keys() == {"number"}
    let_time_pass(conn, 600)
    assert is_refused(call("POST", CLAIM, BOB | {"token": token}), "has expired", "Start again")
    assert is_refused(call("POST", CONFIRM, ALICE), "has expired", "Start again")
    assert link(call).status == 200
    assert is_refused(call("POST", CONFIRM, ALICE), "nothing to confirm")


@pytest.mark.usefixtures("two_players")
def test_every_refusal_to_unlink_says_what_to_do_next(call: CallApi, conn: Connection):
    discord = ALICE | {"target_platform": "discord"}

    assert is_refused(call("POST", UNLINK, discord), "no discord account")
    assert is_refused(call("POST", UNLINK, ALICE | {"target_platform": "twitch"}), "only one")
    link(call)
    assert is_refused(call("POST", UNLINK, discord | {"confirm": True}), "Ask to unlink discord first")
    call("POST", UNLINK, discord)
    let_time_pass(conn, 60)
    assert is_refused(call("POST", UNLINK, discord | {"confirm": True}), "Ask to unlink discord again")


def test_a_stranger_has_nothing_to_unlink(call: CallApi):
    answer = call("POST", UNLINK, ALICE | {"target_platform": "discord"})

    assert (answer.status, answer.json["code"]) == (400, "user_not_found")


@pytest.mark.parametrize("path", [INITIATE, CLAIM, CONFIRM, UNLINK])
def test_missing_fields_are_named(call: CallApi, path: str):
    answer = call("POST", path, {})

    wanted = {"platform", "platform_id"}
    wanted |= {"token"} if path == CLAIM else {"target_platform"} if path == UNLINK else set()
    assert (answer.status, answer.json["code"]) == (400, "validation")
    assert answer.json["fields"].keys() == wanted


BAD_FIELDS: list[tuple[str, dict[str, Any], str, str]] = [
    (INITIATE, {"platform": "myspace"}, "invalid_platform", "platform"),
    (INITIATE, {"platform": 5}, "invalid_platform", "platform"),
    (INITIATE, {"platform": ["twitch"]}, "invalid_platform", "platform"),
    (INITIATE, {"platform": None}, "validation", "platform"),
    (INITIATE, {"platform_id": ""}, "validation", "platform_id"),
    (INITIATE, {"platform_id": "x" * 101}, "validation", "platform_id"),
    (INITIATE, {"platform_id": "a\x00b"}, "validation", "platform_id"),
    (INITIATE, {"platform_id": {"id": 1}}, "validation", "platform_id"),
    (INITIATE, {"username": "two\nlines"}, "validation", "username"),
    (CLAIM, {"token": ""}, "validation", "token"),
    (CLAIM, {"token": None}, "validation", "token"),
    (CLAIM, {"token": ["ABC234"]}, "validation", "token"),
    (CLAIM, {"token": "A\x00C234"}, "validation", "token"),
    (CLAIM, {"token": "A" * 101}, "validation", "token"),
    (CONFIRM, {"platform": ""}, "invalid_platform", "platform"),
    (UNLINK, {"target_platform": "myspace"}, "invalid_platform", "target_platform"),
    (UNLINK, {"confirm": "perhaps"}, "validation", "confirm"),
    (UNLINK, {"confirm": 2}, "validation", "confirm"),
]


def test_bad_fields_are_named(call: CallApi):
    whole = ALICE | {"token": "ABC234", "target_platform": "discord"}

    for path, change, code, field in BAD_FIELDS:
        answer = call("POST", path, whole | change)

        assert (answer.status, answer.json["code"], list(answer.json["fields"])) == (400, code, [field]), change


def test_status_names_what_is_wrong_with_its_parameters(call: CallApi):
    wrong = [
        ({}, "missing_parameter"),
        ({"platform": "twitch"}, "missing_parameter"),
        ({"platform_id": "a1"}, "missing_parameter"),
        ({"platform": "myspace", "platform_id": "a1"}, "invalid_platform"),
        ({"platform": "twitch", "platform_id": ""}, "validation"),
        ({"platform": "twitch", "platform_id": "a\tb"}, "validation"),
    ]

    answers = [call("GET", STATUS, query=query) for query, _ in wrong]

    assert [(answer.status, answer.json["code"]) for answer in answers] == [(400, code) for _, code in wrong]


def test_what_is_no_code_is_an_unknown_code(call: CallApi):
    for token in ("ß", "💥", "' OR 1=1 --", "%", "ABC23", "ABC2345", 123456, "ＡＢＣ２３４"):
        assert is_refused(call("POST", CLAIM, BOB | {"token": token}), "There is no code")


@pytest.mark.parametrize("path", [INITIATE, CLAIM, CONFIRM, UNLINK])
def test_no_body_is_an_accident(call: CallApi, path: str):
    for body in ("", "null", "[]", "5", '"text"', "{", '{"platform": "\\ud800"}', "\x00"):
        assert call("POST", path, body).status == 400, body


def test_ids_may_come_as_numbers(call: CallApi):
    token = call("POST", INITIATE, {"platform": "TWITCH", "platform_id": 12345}).json["token"]

    own = call("POST", CLAIM, {"platform": "twitch", "platform_id": "12345", "token": token})

    assert is_refused(own, "your other account")


def test_guesses_are_counted_by_the_address_that_the_gateway_saw(call: CallApi):
    """A caller can write X-Forwarded-For, so it does not matter."""

    def guess(account: int, number: int) -> Answer:
        claim = {"platform": "twitch", "platform_id": f"{account}", "token": "AAAAAAAAA"}
        return call("POST", CLAIM, claim, headers={"X-Forwarded-For": f"198.51.100.{number}"}, address="203.0.113.9")

    answers = [guess(number % 10, number) for number in range(31)]

    assert [answer.status for answer in answers] == [400] * 30 + [429]
    assert answers[30].json["code"] == "rate_limited"
    assert 1 <= int(answers[30].headers["retry-after"]) <= 60
