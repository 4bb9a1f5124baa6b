"""The actions that a running stack runs in the streamer's Streamer.bot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from functions.community.notify_streamerbot.actions import action_for
from local.demo.game import Game, Request
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.stack.small_stack import eventually
from tests.support.fake_streamerbot import FakeStreamerbot

API_KEY = "key-of-the-streamer"
PATIENCE = 45.0
LEVEL_UP = "BrandishBot_JobLevelUp"
BOX = {"item_name": "lootbox_tier1", "quantity": 1}
PLAYERS = [{"platform": "twitch", "platform_id": name, "username": name} for name in ("alice", "bob")]


@pytest.fixture
def game(
    postgres: Postgres, template_database: str, fake: FakeStreamerbot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Game]:
    for name, value in {
        "GAMBLE_JOIN_DURATION_MINUTES": f"{2 / 60:.4f}",
        "STREAMERBOT_ENABLED": "true",
        "STREAMERBOT_WS_URL": fake.url,
        "STREAMERBOT_PASSWORD": fake.password,
    }.items():
        monkeypatch.setenv(name, value)
    database = f"streamerbot_{uuid4().hex}"
    url = postgres.create_database(database, template_database)
    with StackProcess(url, API_KEY) as stack, Game(stack.url, API_KEY) as game:
        yield game
    postgres.drop_database(database)


@pytest.fixture
def fake() -> Iterator[FakeStreamerbot]:
    with FakeStreamerbot("a streamer's secret", chatty=True) as fake:
        yield fake


@pytest.mark.slow
def test_every_action_runs_once_and_in_order_although_the_program_is_closed_for_a_while(
    game: Game, fake: FakeStreamerbot
):
    """event -> relay -> rule -> queue -> the process outside -> Streamer.bot."""
    prepare_players(game)
    give_timeouts(game, 3)
    # What is on its way when the program is closed comes again: Streamer.bot does not know an event by its id. So we
    # wait for the community's vote, three timeouts, and the end of the last.
    eventually(lambda: fake.replied >= len(actions(game)) >= 5, PATIENCE)

    fake.stop()
    gamble(game)
    give_timeouts(game, 6)
    eventually(lambda: any(event["event_type"] == "gamble.complete" for event in log(game)), PATIENCE)
    fake.start()
    give_timeouts(game, 1)

    expected = actions(game)
    eventually(lambda: len(fake.ran) >= len(expected), PATIENCE)
    time.sleep(1)  # for what should not come any more
    ran = [(ran.name, ran.args) for ran in fake.ran]
    # Level-ups are in order among themselves.
    for is_level_up in (False, True):
        assert [each for each in ran if (each[0] == LEVEL_UP) == is_level_up] == [
            each for each in actions(game) if (each[0] == LEVEL_UP) == is_level_up
        ]
    assert len({ran.id for ran in fake.ran}) == len(fake.ran)
    assert {ran.name for ran in fake.ran} >= {"BrandishBot_GambleCompleted", "BrandishBot_TimeoutUpdate"}
    assert len(expected) >= 11
    assert fake.faults == []


def prepare_players(game: Game) -> None:
    did(game, Request("POST", "/api/v1/progression/admin/unlock-all", {}))
    for player in PLAYERS:
        did(game, Request("POST", "/api/v1/user/register", player))
        did(game, Request("POST", "/api/v1/user/item/add", player | BOX))


def gamble(game: Game) -> None:
    did(game, Request("POST", "/api/v1/gamble/start", PLAYERS[0] | {"bets": [BOX]}))
    did(game, Request("POST", "/api/v1/gamble/join", PLAYERS[1]))


def give_timeouts(game: Game, times: int) -> None:
    """Give a player timeouts: one event each, and one more for the end of the last."""
    for seconds in range(1, times + 1):
        who = {"platform": "twitch", "username": "bob"}
        did(game, Request("PUT", "/api/v1/user/timeout", who | {"duration_seconds": seconds, "reason": "a test"}))
    did(game, Request("POST", "/api/v1/admin/timeout/clear", {"platform": "twitch", "username": "bob"}))


def did(game: Game, request: Request) -> None:
    answer = game.ask(request)
    assert answer.ok, answer.text


def log(game: Game) -> list[dict[str, Any]]:
    """Oldest first."""
    events = game.ask(Request("GET", "/api/v1/admin/events", {"limit": 1000})).body["events"]
    return events[::-1]


def actions(game: Game) -> list[tuple[str, dict[str, str]]]:
    """What the log says should have been run."""
    expected: list[tuple[str, dict[str, str]]] = []
    for event in log(game):
        action = action_for({"type": event["event_type"], "metadata": {}} | event)
        if action is not None:
            expected.append((f"BrandishBot_{action.name}", dict(action.args)))
    return expected
