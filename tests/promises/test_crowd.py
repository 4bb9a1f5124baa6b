"""A crowd in the same moment, through the gateway, within the limits of the database roles: no one is turned away.

The stack plays the smallest database class, as the template deploys it by default.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Literal

from community.players.models import PlayerRef
from kernel.database import connect, transaction
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.support.factories import announced, hold_target, holdings, make_player, unlock

KEY = "test-api-key"
SECONDS = 20
"""The slowest answer. Alone on the machine it comes within 3 seconds."""
LINES: LiteralString = """
    SELECT count(*) AS n
    FROM (SELECT event_type FROM stats_inbox UNION ALL SELECT event_type FROM stats_events) AS happened
    WHERE event_type = 'message_received'
"""
PATIENCE = 120
"""Seconds for a crowd that sends again until it is answered."""


@dataclass(frozen=True)
class Crowd:
    stack: StackProcess
    players: Sequence[PlayerRef]
    url: str

    def send(self, wishes: Sequence[Wish], *, until_answered: bool = False) -> list[Reply]:
        """Send each wish from a client of its own, all in the same moment.

        Args:
            until_answered: send what is answered 503 again, with the same Idempotency-Key.
        """
        line = threading.Barrier(len(wishes), timeout=PATIENCE)
        address = urlsplit(self.stack.url).netloc

        def ask(wish: Wish) -> Reply:
            path, body = wish
            key = f"{uuid4()}"
            connection = http.client.HTTPConnection(address, timeout=PATIENCE)
            connection.connect()
            line.wait()
            began = time.monotonic()
            refused = 0
            while True:
                reply = post(connection, path, body, key)
                if reply.status != 503 or not until_answered:
                    break
                assert reply.retry_after == "1"
                refused += 1
                time.sleep(0.2)
            connection.close()
            return Reply(reply.status, reply.body, reply.retry_after, time.monotonic() - began, refused)

        with ThreadPoolExecutor(len(wishes)) as clients:
            return list(clients.map(ask, wishes))


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    retry_after: str | None = None
    seconds: float = 0
    refused: int = 0


Wish = tuple[str, dict[str, Any]]


def post(connection: http.client.HTTPConnection, path: str, body: dict[str, Any], key: str) -> Reply:
    headers = {"X-API-Key": KEY, "Content-Type": "application/json", "Idempotency-Key": key}
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    return Reply(response.status, json.loads(response.read()), response.headers["Retry-After"])


def by(player: PlayerRef) -> dict[str, Any]:
    return {"platform": player.platform, "platform_id": player.platform_id, "username": player.username}


def prepared(url: str, number: int) -> list[PlayerRef]:
    with closing(connect(url)) as conn, transaction(conn) as tx:
        unlock(tx, "feature_economy", "feature_gamble", "item_spade")
        hold_target(tx)
        return [make_player(tx, f"p{n}", money=1000, items={"lootbox_tier0": 1}) for n in range(number)]


@pytest.fixture
def crowd_of(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Crowd]]:
    """`crowd_of(players, limit)`: a running stack; `limit` connections for the application, or the template's."""
    monkeypatch.setenv("GAMBLE_JOIN_DURATION_MINUTES", "60")
    stacks = ExitStack()

    def crowd_of(players: int, limit: int | None = None) -> Crowd:
        gathered = prepared(database_url, players)
        crowd = Crowd(stacks.enter_context(StackProcess(database_url)), gathered, database_url)
        if limit is not None:
            with psycopg.connect(database_url) as conn:
                conn.execute(SQL("ALTER ROLE brandish_app CONNECTION LIMIT {}").format(Literal(limit)))
        # The gateway knows the key from now on, as it does wherever there were players in the last minutes.
        assert crowd.send([line_of_chat(crowd.players[0])])[0].status == 200
        return crowd

    with stacks:
        yield crowd_of


def line_of_chat(player: PlayerRef) -> Wish:
    return "/api/v1/message/handle", by(player) | {"message": "hello"}


def vote(player: PlayerRef) -> Wish:
    return "/api/v1/progression/vote", by(player) | {"option_index": 1}


def join(player: PlayerRef) -> Wish:
    return "/api/v1/gamble/join", by(player)


def buy(player: PlayerRef) -> Wish:
    return "/api/v1/user/item/buy", by(player) | {"item_name": "spade", "quantity": 1}


def wait_until_recovered(database_url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(database_url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def begin_gamble(crowd: Crowd) -> None:
    starter = crowd.players[0]
    [reply] = crowd.send([("/api/v1/gamble/start", by(starter) | {"bets": [{"item_name": "crate", "quantity": 1}]})])
    assert reply.status in (200, 201), reply


def counted(crowd: Crowd) -> Counter[str]:
    """How often the database says that each thing has happened; a purchase by what the players hold."""
    with closing(connect(crowd.url)) as conn, transaction(conn) as tx:
        ballots = tx.execute("SELECT count(*) AS n FROM ballots").fetchone()
        lines = tx.execute(LINES).fetchone()
        assert ballots is not None
        assert lines is not None
        held = Counter[str]()
        for player in crowd.players:
            held.update(holdings(tx, player))
        return Counter(
            {
                "votes": ballots["n"],
                "joined": len(announced(tx, "gamble.joined")),
                "lines": lines["n"],
                "bought": held["item_spade"],
                "events of purchases": len(announced(tx, "item.bought")),
            }
        )


def all_at_once(crowd: Crowd, *, until_answered: bool = False) -> list[Reply]:
    """All vote, all join, all write and all buy: four crowds, one after another."""
    replies: list[Reply] = []
    for wish in (vote, join, line_of_chat, buy):
        players = crowd.players[1:] if wish is join else crowd.players  # the first has begun the gamble
        replies += crowd.send([wish(player) for player in players], until_answered=until_answered)
    return replies


def once_each(number: int) -> Counter[str]:
    """What a crowd of so many does in `all_at_once`."""
    return Counter(
        {"votes": number, "joined": number - 1, "lines": number, "bought": number, "events of purchases": number}
    )


def assert_all_were_served(replies: Sequence[Reply]) -> None:
    strange = Counter(f"{reply.status} {reply.body}" for reply in replies if reply.status not in (200, 201))
    assert strange == {}
    assert max(reply.seconds for reply in replies) < SECONDS


def report(capsys: pytest.CaptureFixture[str], name: str, replies: Sequence[Reply]) -> None:
    slowest = max(reply.seconds for reply in replies)
    again = sum(reply.refused for reply in replies)
    with capsys.disabled():
        print(f"\n    {name}: {len(replies)} answers, the slowest after {slowest:.2f} s, {again} sent again")


def serve(crowd: Crowd) -> list[Reply]:
    """Let all act at once; all are served, and each act counts once."""
    begin_gamble(crowd)
    before = counted(crowd)

    replies = all_at_once(crowd)

    assert_all_were_served(replies)
    assert counted(crowd) - before == once_each(len(crowd.players))
    return replies


@pytest.mark.slow
def test_a_crowd_larger_than_the_roles_limit_is_served(crowd_of: Callable[..., Crowd], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DB_PATIENCE_SECONDS", f"{SECONDS}")  # this one is about counting, on any machine
    serve(crowd_of(60, limit=15))


@pytest.mark.slow
def test_200_at_once_are_served_on_the_default_database(
    crowd_of: Callable[..., Crowd], capsys: pytest.CaptureFixture[str]
):
    report(capsys, "200 at once, four times", serve(crowd_of(200)))


@pytest.mark.slow
def test_1000_lines_at_once_are_served_on_the_default_database(
    crowd_of: Callable[..., Crowd], capsys: pytest.CaptureFixture[str]
):
    crowd = crowd_of(1000)
    before = counted(crowd)

    replies = crowd.send([line_of_chat(player) for player in crowd.players])

    report(capsys, "1000 lines at once", replies)
    assert_all_were_served(replies)
    assert counted(crowd) - before == Counter({"lines": 1000})


@pytest.mark.slow
def test_a_restart_of_the_database_in_the_middle_loses_and_doubles_nothing(
    crowd_of: Callable[..., Crowd], postgres: Postgres, database_url: str, capsys: pytest.CaptureFixture[str]
):
    crowd = crowd_of(200)
    over = threading.Event()

    def crash() -> None:
        """Again and again: a backend that is killed takes all others with it, and the server recovers."""
        while not over.wait(1.0):
            with suppress(psycopg.OperationalError), psycopg.connect(database_url) as conn:
                os.kill(conn.info.backend_pid, signal.SIGKILL)

    begin_gamble(crowd)
    before = counted(crowd)
    saboteur = threading.Thread(target=crash)
    saboteur.start()
    try:
        replies = all_at_once(crowd, until_answered=True)
    finally:
        over.set()
        saboteur.join()
        with suppress(psycopg.OperationalError):
            postgres.drop_database("none")  # so that the server's own connection is found to be broken, and replaced
    wait_until_recovered(database_url)

    report(capsys, "200 at once, four times, with restarts", replies)
    assert {reply.status for reply in replies} <= {200, 201}
    assert counted(crowd) - before == once_each(200)
