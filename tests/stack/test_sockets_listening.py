"""Standard WebSocket clients of a running stack: authorization, filters, and every event exactly once."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from random import random
from secrets import token_bytes
from typing import Any
from uuid import UUID

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from kernel.database import connect as connect_database
from kernel.database import reading
from kernel.events.following import find_position, read_after
from kernel.realtime.tickets import write_ticket
from local.stack.process import StackProcess
from tests.promises.listeners import Heard, Socketed, hear, heard, listening, socket_url
from tests.stack.small_stack import PATIENCE, eventually
from tests.support.event_source import Message

PLAYERS = 3
SOME = 10
"""events, on either side of a restart"""
THE_END = "the.end"


@pytest.fixture
def stack(shared: tuple[StackProcess, str]) -> StackProcess:
    return shared[0]


def post(stack: StackProcess, path: str, body: Any) -> Any:
    headers = {"X-API-Key": stack.api_key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack.url}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)


def broadcast(stack: StackProcess, type: str, payload: Any = None) -> None:
    post(stack, "/api/v1/admin/sse/broadcast", {"type": type, "payload": payload or {}})


def ticket(stack: StackProcess) -> str:
    return post(stack, "/api/v1/realtime/ticket", {})["ticket"]


def open_socket(stack: StackProcess, query: str, headers: dict[str, str] | None = None) -> ClientConnection:
    return connect(f"{socket_url(stack)}?{query}", additional_headers=headers)


def test_a_ticket_a_key_in_the_address_and_a_key_in_a_header_open_a_connection(stack: StackProcess):
    for query, headers in (
        (f"ticket={ticket(stack)}", {}),
        (f"key={stack.api_key}", {}),
        ("", {"X-API-Key": stack.api_key}),
    ):
        started = time.monotonic()
        with open_socket(stack, query, headers) as socket:
            (greeting,) = hear(socket)

        assert (greeting.type, greeting.json["payload"]["filters"]) == ("connected", [])
        assert time.monotonic() - started < 10  # not with the first keepalive, after half a minute


def test_many_clients_connect_at_once_with_one_ticket(stack: StackProcess):
    """Clients reconnect like this after an outage. The authorizer refuses when it is busy, and they try again."""
    query = f"ticket={ticket(stack)}"
    with open_socket(stack, query):  # its environment has been at work before

        def come(_: int) -> str:
            for pause in (0.2, 0.5, 1.0):
                with suppress(InvalidStatus), open_socket(stack, query) as socket:
                    return hear(socket)[0].type
                time.sleep(pause * random())
            return "refused"

        with ThreadPoolExecutor(40) as crowd:
            assert set(crowd.map(come, range(40))) == {"connected"}


def test_wrong_credentials_open_no_connection(stack: StackProcess):
    good = ticket(stack)
    tampered = good[:-1] + ("A" if good[-1] != "A" else "B")

    for query in ("", "ticket=", f"ticket={tampered}", "ticket=x", "key=wrong"):
        with pytest.raises(InvalidStatus) as refusal:
            open_socket(stack, query)
        assert refusal.value.response.status_code == 401


def test_an_expired_ticket_opens_a_connection_that_says_so_and_is_closed(shared: tuple[StackProcess, str]):
    stack, database_url = shared
    with psycopg.connect(database_url) as conn:
        row = conn.execute("SELECT key FROM signing_keys WHERE purpose = 'tickets'").fetchone()
    assert row is not None
    expired = write_ticket(row[0], datetime.now(UTC) - timedelta(seconds=1), timedelta(hours=1), token_bytes(16))

    with open_socket(stack, f"ticket={expired}") as socket:
        said = json.loads(socket.recv(PATIENCE))
        with pytest.raises(ConnectionClosed) as end:
            socket.recv(PATIENCE)

    assert said["code"] == "ticket_expired"
    assert end.value.rcvd is not None
    assert end.value.rcvd.code == 1000


def test_an_invalid_log_position_is_refused(stack: StackProcess):
    with pytest.raises(InvalidStatus) as refusal:
        open_socket(stack, f"key={stack.api_key}&last_event_id=yesterday")

    assert refusal.value.response.status_code == 400


def test_each_listener_gets_its_events_under_the_names_it_uses(stack: StackProcess):
    legacy = "gamble.completed,progression.cycle_completed,progression.voting_started"
    with (
        open_socket(stack, f"key={stack.api_key}&types=gamble.complete") as canonical,
        open_socket(stack, f"key={stack.api_key}&types={legacy}") as original,
    ):
        hear(canonical)
        (greeting,) = hear(original)
        broadcast(stack, "progression.target.set", {"auto_selected": True})
        broadcast(stack, "progression.cycle.completed")
        broadcast(stack, "job.level_up")
        broadcast(stack, "gamble.complete", {"gamble_id": "1"})
        got = until_type(original, "gamble.completed")
        (complete,) = until_type(canonical, "gamble.complete")

    assert greeting.json["payload"]["filters"] == legacy.split(",")
    assert [each.type for each in got] == [
        "progression.voting_started",
        "progression.cycle_completed",
        "gamble.completed",
    ]
    assert complete.json["payload"] == {"gamble_id": "1"}
    assert complete.last_id == got[-1].last_id


def test_a_subscription_can_change_and_an_error_is_reported(stack: StackProcess):
    with open_socket(stack, f"ticket={ticket(stack)}&types=a.first") as socket:
        hear(socket)
        socket.send("hello")
        error = json.loads(socket.recv(PATIENCE))
        socket.send('{"action":"ping"}')
        pong = json.loads(socket.recv(PATIENCE))
        socket.send('{"action":"subscribe","types":["a.second"]}')
        (greeting,) = hear(socket)
        broadcast(stack, "a.first")
        broadcast(stack, "a.second")
        (news,) = until_type(socket, "a.second")

    assert error == {"error": "A message is a JSON object.", "code": "bad_json"}
    assert pong == {"action": "pong"}
    assert greeting.json["payload"]["filters"] == ["a.second"]
    assert news.type == "a.second"


def until_type(socket: ClientConnection, type: str) -> list[Message]:
    """All that comes up to the first of a type."""
    got: list[Message] = []
    while not got or got[-1].type != type:
        got += hear(socket)
    return got


def test_a_reconnecting_listener_misses_nothing_and_gets_nothing_twice(shared: tuple[StackProcess, str]):
    """Three play, the stack is started anew in the middle, and every listener has the log's order. For a minute of it
    see tests/promises/test_listeners.py."""
    stack, database_url = shared
    prepare(stack)
    everything = Socketed(stack, ticket=ticket(stack))
    some = Socketed(stack, f"gamble.completed,item.sold,{THE_END}")
    with listening((everything, some), eventually_all):
        with playing(stack):
            eventually(lambda: len(heard(everything)) >= SOME)
            stack.stop()
            before = len(heard(everything))
            stack.start()
            eventually(lambda: len(heard(everything)) >= before + SOME)
        broadcast(stack, THE_END)
        beginning = everything.messages[0].last_id
        late = Socketed(stack, last_id=beginning)
        with listening((late,), eventually_all):
            eventually(lambda: all(THE_END in types(each) for each in (everything, some, late)))

    # The log's own end need not be the listeners': something may have happened since.
    log = events_after(database_url, beginning)
    chosen = choose(events_after(database_url, some.messages[0].last_id))
    assert len({type for _, type in log}) > 2
    assert heard(everything) == log[: len(heard(everything))]
    assert heard(late) == log[: len(heard(late))]
    assert heard(some) == chosen[: len(heard(some))]
    assert everything.connections == some.connections == 2


def types(listener: Socketed) -> set[str]:
    return {each.type for each in listener.messages}


def choose(events: list[Heard]) -> list[Heard]:
    names = {"gamble.complete": "gamble.completed", "item.sold": "item.sold", THE_END: THE_END}
    return [(id, names[type]) for id, type in events if type in names]


def events_after(database_url: str, greeting_id: str) -> list[Heard]:
    """What the log has behind the place for which the greeting's id stands, as far as it can be read by now."""
    with closing(connect_database(database_url)) as conn, reading(conn) as tx:
        place = find_position(tx, UUID(greeting_id))
        assert place is not None
        page = read_after(tx, place, 1_000_000)
    return [(str(frame.id), frame.type) for frame in page.frames]


def prepare(stack: StackProcess) -> None:
    for node in ("feature_economy", "item_spade"):
        with suppress(OSError):  # it is unlocked already
            post(stack, "/api/v1/progression/admin/unlock", {"node_key": node})
    for number in range(PLAYERS):
        post(stack, "/api/v1/user/register", caller(number))
        money = {"platform": "twitch", "username": f"listened_to_{number}", "item_name": "money", "quantity": 10_000}
        post(stack, "/api/v1/user/item/add", money)


def caller(number: int) -> dict[str, Any]:
    return {"platform": "twitch", "platform_id": f"listened-{number}", "username": f"listened_to_{number}"}


@contextmanager
def playing(stack: StackProcess) -> Iterator[None]:
    """Everybody buys and sells, and sometimes a gamble ends."""
    over = threading.Event()

    def play(number: int) -> None:
        turn = 0
        while not over.wait(0.1):
            turn += 1
            with suppress(OSError, HTTPException, ValueError):  # while the stack is down
                trade = "sell" if turn % 2 else "buy"
                post(stack, f"/api/v1/economy/{trade}", {**caller(number), "item_name": "spade", "quantity": 1})
                if turn % 5 == 0:
                    broadcast(stack, "gamble.complete", {"number": turn})

    players = [threading.Thread(target=play, args=(number,)) for number in range(PLAYERS)]
    for player in players:
        player.start()
    try:
        yield
    finally:
        over.set()
        for player in players:
            player.join()


def eventually_all(holds: Callable[[], bool], _what: str) -> None:
    eventually(holds)
