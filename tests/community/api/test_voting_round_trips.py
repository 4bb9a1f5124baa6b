"""What votes and looks at them cost: counted on the wire, through the real door, in a warm environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.community.progression.app import handler
from kernel import connections as database
from local.tools.postgres_proxy import PostgresProxy
from tests.support.api import proxy_event
from tests.support.round_trips import counted

PROGRESSION = "/api/v1/progression"


@pytest.fixture
def wire(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresProxy]:
    """This thread is an environment whose database is at the other end of the wire."""
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(database._environment, "connection", conn, raising=False)
        yield wire


def cost(wire: PostgresProxy, method: str, path: str, bodies: list[Any]) -> int:
    """The fewest round trips of several tries: caches are empty at the first, and counters may be flushed."""
    costs: list[int] = []
    for body in bodies:
        before = wire.round_trips()
        answer = handler(proxy_event(method, f"{PROGRESSION}/{path}", body), None)
        assert answer["statusCode"] == 200, answer["body"]
        costs.append(wire.round_trips() - before)
    return min(costs)


@pytest.mark.parametrize(
    "path", ["tree", "available", "status", "session", "unlock-progress", "estimate/feature_expedition"]
)
def test_a_look_takes_one(wire: PostgresProxy, path: str):
    assert cost(wire, "GET", path, [None] * 3) == 1


def voter(number: int) -> dict[str, Any]:
    return {"platform": "twitch", "platform_id": f"v{number}", "username": f"voter{number}", "option_index": 1}


def test_a_vote_takes_two(wire: PostgresProxy):
    assert cost(wire, "POST", "vote", [voter(number) for number in range(4)]) == 2


def test_a_vote_of_somebody_known_takes_two(wire: PostgresProxy):
    deeds = [voter(number) | {"metric_type": "message"} for number in range(4)]
    cost(wire, "POST", "engagement", deeds)

    assert cost(wire, "POST", "vote", [voter(number) for number in range(4)]) == 2


def test_a_second_vote_takes_no_more(wire: PostgresProxy):
    assert cost(wire, "POST", "vote", [voter(1)] * 4) == 2
