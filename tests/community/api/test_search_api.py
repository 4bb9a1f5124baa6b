"""POST /api/v1/user/search, for treasure; for players see test_user_search.py."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from community.cooldowns import service as cooldowns
from community.voting import controls
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import announced, make_player, unlock

SEARCH = "/api/v1/user/search"
ALICE: dict[str, Any] = {"platform": "twitch", "platform_id": "1", "username": "alice"}


@pytest.fixture
def unlocked(conn: Connection) -> None:
    with transaction(conn) as tx:
        unlock(tx, "feature_search")


def searches(conn: Connection) -> int:
    with transaction(conn) as tx:
        return len(announced(tx, "search.performed"))


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize(
    "more", [{}, {"item_hint": "crate"}, {"item_hint": "x" * 50}, {"item_hint": None}, {"query": "owl", "limit": 0}]
)
def test_a_body_with_a_platform_id_searches_for_treasure(call: CallApi, conn: Connection, more: dict[str, Any]):
    answer = call("POST", SEARCH, ALICE | more)

    assert (answer.status, answer.json.keys()) == (200, {"message"})
    assert searches(conn) == 1


@pytest.mark.usefixtures("unlocked")
def test_without_a_platform_id_players_are_looked_for(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice")

    for more in ({}, {"platform_id": None}, {"username": "alice", "platform": "twitch"}):
        answer = call("POST", SEARCH, {"query": "lic"} | more)
        assert (answer.status, [user["username"] for user in answer.json["users"]]) == (200, ["alice"])
    assert searches(conn) == 0


@pytest.mark.usefixtures("unlocked")
def test_nobody_in_particular_finds_nothing(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for change, code, field in [
        ({"platform": "myspace"}, "invalid_platform", "platform"),
        ({"platform": None}, "validation", "platform"),
        ({"platform_id": ""}, "validation", "platform_id"),
        ({"platform_id": "a\nb"}, "validation", "platform_id"),
        ({"username": None}, "validation", "username"),
        ({"username": "x" * 101}, "validation", "username"),
        ({"item_hint": "x" * 51}, "validation", "item_hint"),
        ({"item_hint": ["crate"]}, "validation", "item_hint"),
    ]:
        with subtests.test(change=change, code=code):
            answer = call("POST", SEARCH, ALICE | change)

            assert (answer.status, answer.json["code"]) == (400, code)
            assert answer.json["fields"].keys() == {field}
            assert conn.execute("SELECT FROM users").fetchone() is None


@pytest.mark.parametrize("body", ["[]", '"x"', "1"])
def test_a_search_is_an_object(call: CallApi, body: str):
    answer = call("POST", SEARCH, body)

    assert (answer.status, answer.json["code"]) == (400, "validation")


@pytest.mark.usefixtures("unlocked")
def test_a_second_search_comes_too_soon(call: CallApi, conn: Connection):
    call("POST", SEARCH, ALICE)

    answer = call("POST", SEARCH, ALICE)

    assert (answer.status, answer.json["code"]) == (429, "cooldown")
    retry_after = int(answer.headers["retry-after"])
    assert 1790 <= retry_after <= 1800
    minutes, seconds = divmod(retry_after, 60)
    assert f"on cooldown: {minutes}m {seconds}s remaining" in answer.json["error"]
    assert searches(conn) == 1


@pytest.mark.usefixtures("unlocked")
def test_in_development_searches_follow_each_other(call: CallApi, conn: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cooldowns, "settings", replace(cooldowns.settings, dev_mode=True))

    assert [call("POST", SEARCH, ALICE).status for _ in range(3)] == [200] * 3
    assert searches(conn) == 3


def test_searching_waits_for_its_node(call: CallApi, conn: Connection):
    answer = call("POST", SEARCH, ALICE)
    assert (answer.status, answer.json["code"]) == (403, "feature_locked")

    with transaction(conn) as tx:
        controls.relock_node(tx, "item_lootbox0", 0)
    answer = call("POST", SEARCH, ALICE)
    assert (answer.status, answer.json["code"]) == (403, "feature_locked")
    assert answer.json["error"].startswith("LOCKED_NODES: ")
