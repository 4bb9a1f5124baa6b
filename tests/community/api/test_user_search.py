"""POST /api/v1/user/search, for players; for treasure see test_search_api.py."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import make_player

SEARCH = "/api/v1/user/search"


@pytest.fixture
def owls(conn: Connection) -> None:
    with transaction(conn) as tx:
        for number in range(12):
            make_player(tx, f"Owl{number:02}", platform="discord" if number % 2 else "twitch")


def found(call: CallApi, **body: Any) -> list[str]:
    answer = call("POST", SEARCH, body)
    assert answer.status == 200
    return [user["username"] for user in answer.json["users"]]


@pytest.mark.usefixtures("owls")
def test_players_are_found_by_part_of_their_name(call: CallApi):
    assert found(call, query="wL0") == [f"Owl{number:02}" for number in range(10)]
    assert found(call, query="OWL1") == ["Owl10", "Owl11"]
    assert found(call, query="owl1", platform="DISCORD") == ["Owl11"]
    assert found(call, query="owl", limit=1) == ["Owl00"]
    assert len(found(call, query="owl")) == 10
    assert len(found(call, query="owl", limit=50)) == 12
    assert found(call, query="%") == []
    assert found(call, query="o_l") == []


@pytest.mark.usefixtures("owls")
def test_a_user_is_shown_whole(call: CallApi):
    user = call("POST", SEARCH, {"query": "owl01"}).json["users"][0]

    assert user.keys() == {
        "internal_id",
        "id",
        "username",
        "discord_id",
        "platform_usernames",
        "created_at",
        "updated_at",
    }
    assert user["platform_usernames"] == {"discord": "Owl01"}


def test_a_search_needs_something_to_look_for(call: CallApi, subtests: pytest.Subtests):
    for body, field in [
        ({}, "query"),
        ({"platform": "twitch", "username": "alice"}, "query"),
        ({"platform_id": None}, "query"),
        ({"query": ""}, "query"),
        ({"query": "x" * 101}, "query"),
        ({"query": "x", "limit": 0}, "limit"),
        ({"query": "x", "limit": 51}, "limit"),
    ]:
        with subtests.test(body=body, field=field):
            answer = call("POST", SEARCH, body)

            assert (answer.status, answer.json["code"]) == (400, "validation")
            assert answer.json["fields"].keys() == {field}
