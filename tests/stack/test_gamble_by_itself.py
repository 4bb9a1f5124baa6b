"""A gamble on a running stack is executed without any further request."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from local.demo.game import Game, Request
from local.stack.postgres import Postgres
from local.stack.process import StackProcess

API_KEY = "key-of-the-gamble"
SECONDS = 5
# The minute's clock ticks when the stack starts, and then a minute later: long after the schedule has fired.
GRACE = 30
BOX = {"item_name": "lootbox_tier1", "quantity": 2}


@pytest.mark.slow
def test_a_gamble_is_executed_at_its_deadline(
    postgres: Postgres, template_database: str, monkeypatch: pytest.MonkeyPatch
):
    """gamble.started -> relay -> rule -> queue -> schedule -> clock."""
    monkeypatch.setenv("GAMBLE_JOIN_DURATION_MINUTES", f"{SECONDS / 60:.4f}")
    name = f"gamble_{uuid4().hex}"
    url = postgres.create_database(name, template_database)
    with StackProcess(url, API_KEY) as stack, Game(stack.url, API_KEY) as game:
        gamble_id = started(game)
        begun = time.monotonic()
        states: list[str] = []
        while (states[-1:] or ["Joining"]) == ["Joining"] and time.monotonic() < begun + SECONDS + GRACE:
            time.sleep(0.1)
            states.append(game.ask(Request("GET", "/api/v1/gamble/get", {"id": gamble_id})).body["state"])
        took = time.monotonic() - begun
        events = game.ask(Request("GET", "/api/v1/admin/events", {"limit": 1000})).body["events"]
        said = stack.output()

    assert states[-1] == "Completed", said
    assert took > SECONDS - 1
    completed = [event["payload"] for event in events if event["event_type"] == "gamble.complete"]
    assert [payload["gamble_id"] for payload in completed] == [gamble_id]
    postgres.drop_database(name)


def started(game: Game) -> str:
    assert game.ask(Request("POST", "/api/v1/progression/admin/unlock-all", {})).ok
    players = [{"platform": "twitch", "platform_id": name, "username": name} for name in ("alice", "bob")]
    for player in players:
        assert game.ask(Request("POST", "/api/v1/user/register", player)).ok
        given = game.ask(Request("POST", "/api/v1/user/item/add", player | BOX))
        assert given.ok, given.text
    answer = game.ask(Request("POST", "/api/v1/gamble/start", players[0] | {"bets": [BOX]}))
    assert answer.status == 201, answer.text
    joined = game.ask(Request("POST", "/api/v1/gamble/join", players[1]))
    assert joined.ok, joined.text
    return answer.body["gamble_id"]
