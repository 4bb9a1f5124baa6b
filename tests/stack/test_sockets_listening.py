"""Standard WebSocket clients at a running stack: let in or not, told what they want, and nothing twice or missing."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from secrets import token_bytes
from typing import Any

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from brandish.realtime.tickets import write_ticket
from local.postgres import Postgres
from local.process import StackProcess
from tests.event_source import Message, Parser

PLAYERS = 8
PATIENCE = 20.0

Address = Callable[[], str]
"""Where the stack is, which is elsewhere after a restart."""


@dataclass
class Listener:
    """Listens until it is told to stop, and goes on with its last id wherever a connection ends.

    Attributes:
        messages: all it has got, on all its connections.
        connections: how many it has had.
    """

    address: Address
    query: str
    messages: list[Message] = field(default_factory=list[Message])
    connections: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def events(self) -> list[tuple[str, str]]:
        """Ids and types."""
        return [(each.last_id, each.type) for each in self.messages if each.type not in ("connected", "keepalive")]

    def start(self) -> Listener:
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join(PATIENCE)

    def _listen(self) -> None:
        while not self._over.is_set():
            with suppress(OSError, TimeoutError, InvalidHandshake, ConnectionClosed, EOFError):
                self._listen_once()
            self._over.wait(0.1)

    def _listen_once(self) -> None:
        last = f"&last_event_id={self.messages[-1].last_id}" if self.messages else ""
        with connect(f"{self.address()}/realtime?{self.query}{last}", max_size=128 * 1024) as socket:
            self.connections += 1
            while not self._over.is_set():
                with suppress(TimeoutError):
                    self.messages += hear(socket, 0.2)


def hear(socket: ClientConnection, timeout: float = PATIENCE) -> list[Message]:
    """The frames of the next message."""
    return list(Parser().feed(str(socket.recv(timeout)).encode()))


@pytest.fixture(scope="module")
def shared(postgres: Postgres, template_database: str) -> Iterator[tuple[StackProcess, str]]:
    """A stack, and its database."""
    name = f"listening_{id(object())}"
    url = postgres.create_database(name, template_database)
    with StackProcess(url) as stack:
        yield stack, url
    postgres.drop_database(name)


@pytest.fixture
def stack(shared: tuple[StackProcess, str]) -> StackProcess:
    return shared[0]


def post(stack: StackProcess, path: str, body: Any) -> Any:
    headers = {"X-API-Key": stack.api_key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack.url}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def broadcast(stack: StackProcess, type: str, payload: Any = None) -> None:
    post(stack, "/api/v1/admin/sse/broadcast", {"type": type, "payload": payload or {}})


def sockets(stack: StackProcess) -> str:
    return stack.url.replace("http", "ws", 1)


def ticket(stack: StackProcess) -> str:
    return post(stack, "/api/v1/realtime/ticket", {})["ticket"]


def open_socket(stack: StackProcess, query: str, headers: dict[str, str] | None = None) -> ClientConnection:
    return connect(f"{sockets(stack)}/realtime?{query}", additional_headers=headers)


def test_a_ticket_a_key_in_the_address_and_a_key_in_a_header_open_it(stack: StackProcess):
    for query, headers in (
        (f"ticket={ticket(stack)}", {}),
        (f"key={stack.api_key}", {}),
        ("", {"X-API-Key": stack.api_key}),
    ):
        started = time.monotonic()
        with open_socket(stack, query, headers) as socket:
            (greeting,) = hear(socket)

        assert (greeting.type, greeting.json["payload"]["filters"]) == ("connected", [])
        assert time.monotonic() - started < 2


def test_nothing_wrong_or_too_old_opens_it(shared: tuple[StackProcess, str]):
    stack, database_url = shared
    with psycopg.connect(database_url) as conn:
        row = conn.execute("SELECT key FROM signing_keys WHERE purpose = 'tickets'").fetchone()
    assert row is not None
    good = ticket(stack)
    expired = write_ticket(row[0], datetime.now(UTC) - timedelta(seconds=1), token_bytes(16))
    tampered = good[:-1] + ("A" if good[-1] != "A" else "B")

    for query in ("", "ticket=", f"ticket={expired}", f"ticket={tampered}", "ticket=x", "key=wrong"):
        with pytest.raises(InvalidStatus) as refusal:
            open_socket(stack, query)
        assert refusal.value.response.status_code == 401


def test_a_place_that_cannot_be_one_is_refused(stack: StackProcess):
    with pytest.raises(InvalidStatus) as refusal:
        open_socket(stack, f"key={stack.api_key}&last_event_id=yesterday")

    assert refusal.value.response.status_code == 400


def test_each_gets_what_it_wants_under_the_name_it_knows(stack: StackProcess):
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


def test_a_wish_may_change_and_a_mistake_is_told(stack: StackProcess):
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


def test_whoever_comes_back_has_missed_nothing_and_gets_nothing_twice(shared: tuple[StackProcess, str]):
    """Eight play, the stack is started anew in the middle, and every listener has the log's order. For a minute of it
    see tests/promises/test_listeners.py."""
    stack, database_url = shared
    address: Address = lambda: sockets(stack)  # noqa: E731
    prepare(stack)
    everything = Listener(address, f"ticket={ticket(stack)}").start()
    some = Listener(address, f"key={stack.api_key}&types=gamble.completed,item.sold").start()
    eventually(lambda: everything.messages and some.messages)
    with playing(stack):
        time.sleep(1)
        stack.stop()
        stack.start()
        time.sleep(1)
    late = Listener(address, f"key={stack.api_key}&last_event_id={everything.messages[0].last_id}").start()
    wanted = events_after(database_url, everything.messages[0].last_id)
    assert len({type for _, type in wanted}) > 2
    assert len(wanted) > 40

    eventually(lambda: all(len(each.events) >= len(wanted) for each in (everything, late)))
    eventually(lambda: len(some.events) >= len(chosen(wanted)))
    for listener in (everything, some, late):
        listener.stop()

    assert everything.events == wanted
    assert late.events == wanted
    assert some.events == chosen(wanted)
    assert everything.connections == some.connections == 2


def chosen(events: list[tuple[str, str]]) -> list[tuple[str, str]]:
    names = {"gamble.complete": "gamble.completed", "item.sold": "item.sold"}
    return [(id, names[type]) for id, type in events if type in names]


def events_after(database_url: str, greeting_id: str) -> list[tuple[str, str]]:
    """What the log has behind the place for which the greeting's id stands."""
    from uuid import UUID

    from brandish.database import connect as connect_database
    from brandish.database import reading
    from brandish.events.following import find_place, read_after

    with connect_database(database_url) as conn:
        with reading(conn) as tx:
            place = find_place(tx, UUID(greeting_id))
        assert place is not None
        events: list[tuple[str, str]] = []
        while True:
            with reading(conn) as tx:
                page = read_after(tx, place)
            events += [(str(frame.id), frame.type) for frame in page.frames]
            place = page.place
            if not page.full:
                return events


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
        while not over.wait(0.03):
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


def eventually(holds: Callable[[], Any], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert holds()
