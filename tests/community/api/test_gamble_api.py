"""/api/v1/gamble. Source: wire 8."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from community.gambles.execution import execute
from community.inventory.models import Quality
from community.players.models import PlayerRef
from community.voting import controls
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import announced, holdings, make_player, stored, unlock

START, JOIN, GET, ACTIVE = (f"/api/v1/gamble/{name}" for name in ("start", "join", "get", "active"))
CRATES = [{"item_name": "crate", "quantity": 5}]


def caller(name: str) -> dict[str, Any]:
    return {"platform": "twitch", "platform_id": name, "username": name}


ALICE, BOB, CLEO = (caller(name) for name in ("alice", "bob", "cleo"))


@pytest.fixture
def town(conn: Connection) -> Connection:
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        make_player(tx, "alice", platform_id="alice", items={"lootbox_tier0": 20, "item_spade": 5})
        make_player(tx, "bob", platform_id="bob", items={"lootbox_tier0": 20}, quality=Quality.RARE)
        make_player(tx, "cleo", platform_id="cleo", items={"lootbox_tier0": 4})
    return conn


def start(call: CallApi) -> str:
    answer = call("POST", START, ALICE | {"bets": CRATES})
    assert answer.status == 201, answer.text
    return answer.json["gamble_id"]


def play(conn: Connection) -> None:
    with transaction(conn, now=datetime.now(UTC) + timedelta(hours=1)) as tx:
        assert execute(tx) is not None


def crates(conn: Connection, name: str) -> int:
    with transaction(conn) as tx:
        return holdings(tx, PlayerRef("twitch", name, name)).get("lootbox_tier0", 0)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("name", ["crate", "CRATE", "lootbox_tier0"])
def test_a_gamble_is_started_and_told(call: CallApi, conn: Connection, name: str):
    answer = call("POST", START, ALICE | {"bets": [{"item_name": name, "quantity": 5}]})

    assert (answer.status, answer.json.keys()) == (201, {"message", "gamble_id"})
    assert answer.json["message"] == "alice starts a gamble with 5 × crates each. 2 minutes to join!"
    assert UUID(answer.json["gamble_id"])
    assert crates(conn, "alice") == 15


@pytest.mark.usefixtures("town")
def test_what_starts_no_gamble(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for change, code in [
        ({"bets": None}, "bets_required"),
        ({"bets": []}, "bets_required"),
        ({"bets": [{"item_name": "crate", "quantity": 0}]}, "bet_quantity"),
        ({"bets": [{"item_name": "crate", "quantity": -5}]}, "bet_quantity"),
        ({"bets": [{"item_name": "crate", "quantity": 10_001}]}, "bet_quantity"),
        ({"bets": [{"item_name": "crate", "quantity": 10**25}]}, "bet_quantity"),
        ({"bets": [*CRATES, {"item_name": "lootbox", "quantity": 9_996}]}, "bet_quantity"),
        ({"bets": [{"item_name": "spade", "quantity": 1}]}, "not_a_lootbox"),
        ({"bets": [*CRATES, {"item_name": "money", "quantity": 1}]}, "not_a_lootbox"),
        ({"bets": [{"item_name": "unicorn", "quantity": 1}]}, "item_not_found"),
        ({"bets": [{"item_name": "crate", "quantity": 21}]}, "not_enough_items"),
        ({"bets": [{"item_name": "lootbox", "quantity": 1}]}, "not_in_inventory"),
        (caller("nobody"), "user_not_found"),
        ({"platform": "myspace"}, "invalid_platform"),
        ({"platform_id": None}, "validation"),
        ({"bets": "crate"}, "validation"),
        ({"bets": ["crate"]}, "validation"),
        ({"bets": [{"item_name": "crate"}]}, "validation"),
        ({"bets": [{"quantity": 5}]}, "validation"),
        ({"bets": [{"item_name": "crate", "quantity": 1.5}]}, "validation"),
        ({"bets": [{"item_name": "x" * 101, "quantity": 1}]}, "validation"),
        ({"bets": [{"item_name": "crate", "quantity": 1}] * 11}, "validation"),
    ]:
        with subtests.test(change=change, code=code):
            answer = call("POST", START, ALICE | {"bets": CRATES} | change)

            assert (answer.status, answer.json["code"]) == (400, code)
            assert call("GET", ACTIVE).json == {"active": False}
            assert crates(conn, "alice") == 20


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("how", ["query", "body", "both", "neither", "empty"])
def test_a_gamble_is_joined_by_its_id_or_because_it_is_the_only_one(call: CallApi, conn: Connection, how: str):
    gamble_id = start(call)
    query = {
        "query": {"id": gamble_id},
        "both": {"id": gamble_id.upper()},
        "empty": {"id": ""},
    }.get(how, {})
    body = {
        "body": {"gamble_id": gamble_id},
        "both": {"gamble_id": str(uuid4())},
        "empty": {"gamble_id": ""},
        "neither": {"gamble_id": None},
    }.get(how, {})

    answer = call("POST", JOIN, BOB | body, query=query)

    assert (answer.status, answer.json) == (200, {"message": "bob joins the gamble with 5 × crates."})
    assert crates(conn, "bob") == 15


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("who", "query", "code"),
    [
        (BOB, {"id": "nonsense"}, "validation"),
        (BOB, {"id": "12345"}, "validation"),
        (BOB, {"id": str(uuid4())}, "gamble_not_found"),
        (BOB | {"gamble_id": "nonsense"}, {}, "validation"),
        (BOB | {"gamble_id": str(uuid4())}, {}, "gamble_not_found"),
        (ALICE, {}, "already_joined"),
        (CLEO, {}, "not_enough_items"),
        (caller("nobody"), {}, "user_not_found"),
        (BOB | {"username": None}, {}, "validation"),
    ],
)
def test_who_does_not_join(call: CallApi, conn: Connection, who: dict[str, Any], query: dict[str, str], code: str):
    start(call)

    answer = call("POST", JOIN, who, query=query)

    assert (answer.status, answer.json["code"]) == (400, code)
    assert [crates(conn, name) for name in ("alice", "bob", "cleo")] == [15, 20, 4]


def test_gambling_waits_for_its_node(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice", platform_id="alice", items={"lootbox_tier0": 20})

    for path, body in ((START, ALICE | {"bets": CRATES}), (JOIN, ALICE)):
        answer = call("POST", path, body)
        assert (answer.status, answer.json["code"]) == (403, "feature_locked")

    with transaction(conn) as tx:
        controls.relock_node(tx, "item_lootbox0", 0)
    answer = call("POST", START, ALICE | {"bets": CRATES})
    assert (answer.status, answer.json["code"]) == (403, "feature_locked")
    assert answer.json["error"].startswith("LOCKED_NODES: ")


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_a_running_gamble_in_all_its_places(call: CallApi, town: Connection):
    gamble_id = start(call)
    call("POST", JOIN, BOB)
    with transaction(town) as tx:
        alice, bob = (stored(tx, PlayerRef("twitch", name, name)).id for name in ("alice", "bob"))

    by_id, by_default = call("GET", GET, query={"id": gamble_id}), call("GET", GET)
    empty, active = call("GET", GET, query={"id": ""}), call("GET", ACTIVE)

    assert {answer.status for answer in (by_id, by_default, empty, active)} == {200}
    gamble = by_id.json
    assert by_default.json == empty.json == gamble
    assert active.json == gamble | {"active": True, "gamble": gamble}
    assert gamble.keys() == {"id", "initiator_id", "state", "created_at", "join_deadline", "participants"}
    assert (gamble["id"], gamble["initiator_id"], gamble["state"]) == (gamble_id, str(alice), "Joining")
    assert TIME.fullmatch(gamble["created_at"])
    assert TIME.fullmatch(gamble["join_deadline"])
    assert gamble["participants"] == [
        {
            "gamble_id": gamble_id,
            "user_id": str(user_id),
            "username": name,
            "lootbox_bets": [{"item_name": "lootbox_tier0", "quantity": 5, "quality_level": quality}],
        }
        for user_id, name, quality in ((alice, "alice", "COMMON"), (bob, "bob", "RARE"))
    ]


def test_a_gamble_that_is_over(call: CallApi, town: Connection):
    gamble_id = start(call)
    call("POST", JOIN, BOB)
    play(town)

    gamble = call("GET", GET, query={"id": gamble_id}).json

    assert gamble["state"] == "Completed"
    assert TIME.fullmatch(gamble["executed_at"])
    assert gamble["winner_id"] in {each["user_id"] for each in gamble["participants"]}
    assert gamble["total_value"] > 0
    assert call("GET", ACTIVE).json == {"active": False}
    answer = call("GET", GET)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_refunded_gamble_has_no_winner(call: CallApi, town: Connection):
    gamble_id = start(call)
    play(town)

    gamble = call("GET", GET, query={"id": gamble_id}).json

    assert (gamble["state"], gamble["total_value"]) == ("Refunded", 0)
    assert "winner_id" not in gamble
    assert crates(town, "alice") == 20


def test_what_cannot_be_looked_at(call: CallApi, subtests: pytest.Subtests):
    for query, status, code in [
        ({}, 404, "not_found"),
        ({"id": str(uuid4())}, 404, "not_found"),
        ({"id": "nonsense"}, 400, "validation"),
        ({"id": "1"}, 400, "validation"),
    ]:
        with subtests.test(query=query, status=status):
            answer = call("GET", GET, query=query)

            assert (answer.status, answer.json["code"]) == (status, code)


def test_a_request_sent_twice_stakes_once(call: CallApi, town: Connection):
    first, second = (call("POST", START, ALICE | {"bets": CRATES}, headers={"Idempotency-Key": "k"}) for _ in "12")
    assert (first.status, second.status) == (201, 201)
    assert first.text == second.text

    first, second = (call("POST", JOIN, BOB, headers={"Idempotency-Key": "j"}) for _ in "12")
    assert (first.status, second.status) == (200, 200)
    assert first.text == second.text
    assert (crates(town, "alice"), crates(town, "bob")) == (15, 15)
    with transaction(town) as tx:
        assert len(announced(tx, "gamble.joined")) == 1
