"""Standard clients of the live events, which reconnect with their last id, and what they should receive by the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from kernel.database import Connection
from local.stack.process import StackProcess
from tests.support.event_source import EventSource, Message, Parser

ANSWER_SECONDS = 30.0
OURS = ("connected", "keepalive")

Heard = tuple[str, str]
"""Id and type."""


class Listener(Protocol):
    """A client of the live events.

    Attributes:
        messages: all that it has received, on all connections.
        connections: how many it has had.
        awake: while cleared, it reads nothing from its connection.
    """

    messages: list[Message]
    awake: threading.Event

    @property
    def connections(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


def heard(listener: Listener) -> list[Heard]:
    return [(each.last_id, each.type) for each in listener.messages if each.type not in OURS]


class Streamed:
    """Over server-sent events.

    Attributes:
        awake: not set: it takes nothing from its connection.
    """

    def __init__(self, stack: StackProcess, types: str = "") -> None:
        self.messages: list[Message] = []
        self.awake = _set()
        self._stack = stack
        self._query = urlencode({"types": types})
        self._source = EventSource(self._address(), {"X-API-Key": stack.api_key})
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def connections(self) -> int:
        return self._source.connections

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.awake.set()
        self._source.close()
        self._thread.join(ANSWER_SECONDS)

    def move(self) -> None:
        """The stack has another address now."""
        self._source.move(self._address())

    def _address(self) -> str:
        return f"{self._stack.url}/api/v1/events?{self._query}"

    def _listen(self) -> None:
        for message in self._source:
            self.messages.append(message)
            self.awake.wait()


class Socketed:
    """Over a WebSocket.

    Args:
        ticket: opens it; empty: the stack's key does.
        last_id: where to begin; empty: now.

    Attributes:
        awake: not set: it takes nothing from its connection.
    """

    def __init__(self, stack: StackProcess, types: str = "", *, ticket: str = "", last_id: str = "") -> None:
        self.messages: list[Message] = []
        self.connections = 0
        self.awake = _set()
        self._stack = stack
        self._query = {"types": types} | ({"ticket": ticket} if ticket else {"key": stack.api_key})
        self._last_id = last_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self.awake.set()
        self._thread.join(ANSWER_SECONDS)

    def _listen(self) -> None:
        while not self._over.is_set():
            with suppress(OSError, TimeoutError, InvalidHandshake, ConnectionClosed, EOFError):
                self._listen_once()
            self._over.wait(0.1)

    def _listen_once(self) -> None:
        last_id = self.messages[-1].last_id if self.messages else self._last_id
        query = self._query | ({"last_event_id": last_id} if last_id else {})
        with connect(f"{socket_url(self._stack)}?{urlencode(query)}", max_size=128 * 1024) as socket:
            self.connections += 1
            while not self._over.is_set():
                self.awake.wait()
                with suppress(TimeoutError):
                    self.messages += hear(socket, 0.2)


def socket_url(stack: StackProcess) -> str:
    return f"{stack.url.replace('http', 'ws', 1)}/realtime"


def hear(socket: ClientConnection, timeout: float = ANSWER_SECONDS) -> list[Message]:
    """The frames of the next message."""
    return list(Parser().feed(str(socket.recv(timeout)).encode()))


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@contextmanager
def listening(listeners: Sequence[Listener], until: Callable[[Callable[[], bool], str], None]) -> Iterator[None]:
    """All of them, from their greeting on."""
    for each in listeners:
        each.start()
    try:
        until(lambda: all(each.messages for each in listeners), "greetings")
        yield
    finally:
        for each in listeners:
            each.stop()


def to_hear(conn: Connection, after: int, names: dict[str, str] | None = None) -> list[Heard]:
    """What the log has behind a position, in its order, for a listener who knows types by these names; None: all."""
    rows = conn.execute(
        """
        SELECT event_id::text AS id, event_type AS type FROM events
        WHERE position > %s AND NOT private
        ORDER BY transaction_id, position
        """,
        (after,),
    ).fetchall()
    return [
        (row["id"], row["type"] if names is None else names[row["type"]])
        for row in rows
        if names is None or row["type"] in names
    ]


def last_position(conn: Connection) -> int:
    """While nothing happens."""
    row = conn.execute("SELECT coalesce(max(position), 0) AS last FROM events").fetchone()
    assert row is not None
    return row["last"]
