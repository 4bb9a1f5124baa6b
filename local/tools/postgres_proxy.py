"""A proxy between a client and Postgres that counts round trips, and can add a network's latency to each.

It parses nothing, unless it counts statements. A round trip starts with bytes from the client that follow bytes from
the server. (An answer beyond 8 KB, which the server starts to send early, would count as one more.) One message is
ignored: psycopg ends a pipeline with Sync and then sends a separate Flush, which may come after the answer to the Sync
and is never answered.
"""

from __future__ import annotations

import select
import shutil
import socket
import tempfile
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

FLUSH = b"H\x00\x00\x00\x04"
_CHUNK = 1 << 16
_STATEMENTS = (b"E", b"Q")  # Execute, and a simple query
_ENCRYPTION_REQUESTS = (80877103, 80877104)  # TLS, GSSAPI: what may come before the startup message
_MAX_IN_FLIGHT = 1 << 20  # bytes in one direction; beyond this the sender has to wait


class Direction:
    """From one socket to the other."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source: socket.socket | None = source  # None: closed
        self.sink: socket.socket | None = sink  # None: what is read is discarded
        self.in_flight: deque[tuple[float, memoryview]] = deque()  # (when it arrives, bytes)
        self.size = 0

    def due(self, now: float) -> bool:
        return bool(self.in_flight) and self.in_flight[0][0] <= now

    def send(self) -> None:
        """Send what is due, as far as the sink accepts it; then close it, if the source is closed."""
        if self.sink is None:
            return
        now = perf_counter()
        while self.due(now):
            arrival, data = self.in_flight.popleft()
            try:
                sent = self.sink.send(data)
            except BlockingIOError:
                sent = 0
            self.size -= sent
            if sent < len(data):
                self.in_flight.appendleft((arrival, data[sent:]))
                return
        if self.source is None and not self.in_flight:
            self.sink.shutdown(socket.SHUT_WR)


class StatementCounter:
    """Counts the statements that a client sends, BEGIN and COMMIT included."""

    def __init__(self) -> None:
        self.count = 0
        self._rest = b""
        self._started = False  # only the startup message has no type before its length

    def feed(self, data: bytes) -> None:
        """Read the next bytes of the connection, wherever they are cut."""
        data = self._rest + data
        while True:
            length_at = 1 if self._started else 0
            length = data[length_at : length_at + 4]
            end = length_at + int.from_bytes(length, "big")
            if len(length) < 4 or len(data) < end:
                self._rest = data
                return
            if self._started:
                self.count += data[:1] in _STATEMENTS
            else:
                self._started = int.from_bytes(data[4:8], "big") not in _ENCRYPTION_REQUESTS
            data = data[end:]


class ProxiedConnection:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.requests = Direction(client, server)
        self.answers = Direction(server, client)
        self.client_waits = True
        self.round_trips = 0
        self.statements = StatementCounter()

    @property
    def directions(self) -> tuple[Direction, Direction]:
        return self.requests, self.answers

    def drop_client(self) -> None:
        """Close the client's connection. The server still handles what it was sent; its answers are discarded."""
        assert self.requests.source is not None
        self.requests.source.close()
        self.requests.source = self.answers.sink = None
        self.answers.in_flight.clear()
        self.answers.size = 0


class PostgresProxy:
    """Connect to `url` instead of the database's own, as many times as you like.

    Args:
        conninfo: the database: a Unix socket, or an address without TLS.
        round_trip_ms: what a round trip costs on top; it delays every byte by half of this, and limits no rate.
        counts_statements: read the messages for `statements`, too.
    """

    def __init__(self, conninfo: str, *, round_trip_ms: float = 0.0, counts_statements: bool = False) -> None:
        parts = conninfo_to_dict(conninfo)
        self._host = str(parts.get("host") or "localhost")
        self._port = int(parts.get("port") or 5432)
        self._delay = round_trip_ms / 2000
        self._connections: list[ProxiedConnection] = []
        self._closed_round_trips = 0
        self._counts_statements = counts_statements
        self._closed_statements = 0
        self._directory = Path(tempfile.mkdtemp(prefix="brandish-proxy-", dir="/tmp"))  # sockets need short paths
        user, database = quote(str(parts.get("user", "")), safe=""), quote(str(parts.get("dbname", "")), safe="")
        self.url = f"postgresql://{user}@/{database}?host={quote(str(self._directory), safe='')}&port={self._port}"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{self._directory}/.s.PGSQL.{self._port}")
        self._listener.listen(64)
        self._wake, self._wake_sender = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="postgres-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._wake_sender.close()
        self._thread.join()
        for connection in [*self._connections]:
            self._close(connection)
        self._wake.close()
        self._listener.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def round_trips(self) -> int:
        """Since the start, over all connections; connecting takes some as well."""
        return self._closed_round_trips + sum(each.round_trips for each in [*self._connections])

    def statements(self) -> int:
        """Sent since the start, over all connections."""
        return self._closed_statements + sum(each.statements.count for each in [*self._connections])

    def _pass_on(self, direction: Direction, data: bytes) -> None:
        direction.in_flight.append((perf_counter() + self._delay, memoryview(data)))
        direction.size += len(data)

    def _request(self, connection: ProxiedConnection, data: bytes) -> None:
        """Handle bytes that a client has just sent.

        Raises:
            OSError: closes the connection at both ends, and drops these bytes.
        """
        self._pass_on(connection.requests, data)

    def _run(self) -> None:
        while True:
            readable = [self._listener, self._wake]
            writable: list[socket.socket] = []
            now, wake = perf_counter(), None
            for direction in (each for connection in self._connections for each in connection.directions):
                if direction.source is not None and direction.size < _MAX_IN_FLIGHT:
                    readable.append(direction.source)
                if direction.sink is not None and direction.due(now):
                    writable.append(direction.sink)
                elif direction.in_flight:
                    wake = min(direction.in_flight[0][0], wake or direction.in_flight[0][0])
            # select, not epoll, because only select can wait for fractions of a millisecond.
            ready, free, _ = select.select(readable, writable, [], max(0.0, wake - now) if wake else None)
            if self._wake in ready:
                return
            if self._listener in ready:
                self._accept()
            for connection in [*self._connections]:
                self._serve(connection, ready, free)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = self._connect_server()
        except OSError:
            client.close()  # the server is down: the client sees the same as without the proxy
            return
        client.setblocking(False)
        server.setblocking(False)
        self._connections.append(ProxiedConnection(client, server))

    def _connect_server(self) -> socket.socket:
        if self._host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(f"{self._host}/.s.PGSQL.{self._port}")
            except OSError:
                server.close()
                raise
            return server
        server = socket.create_connection((self._host, self._port))
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server

    def _serve(self, connection: ProxiedConnection, ready: list[socket.socket], free: list[socket.socket]) -> None:
        try:
            for direction in connection.directions:
                if direction.source in ready:
                    self._receive(connection, direction)
                if direction.sink in free or (not self._delay and direction.in_flight):
                    direction.send()
        except OSError:  # one end closed the connection: close the other too
            self._close(connection)

    def _receive(self, connection: ProxiedConnection, direction: Direction) -> None:
        assert direction.source is not None
        data = direction.source.recv(_CHUNK)
        if not data:
            raise ConnectionResetError
        from_client = direction is connection.requests
        if data != FLUSH:
            connection.round_trips += from_client and connection.client_waits
            connection.client_waits = not from_client
        if from_client:
            if self._counts_statements:
                connection.statements.feed(data)
            self._request(connection, data)
        elif direction.sink is not None:
            self._pass_on(direction, data)

    def _close(self, connection: ProxiedConnection) -> None:
        self._closed_round_trips += connection.round_trips
        self._closed_statements += connection.statements.count
        self._connections.remove(connection)
        for direction in connection.directions:
            with suppress(OSError):
                direction.send()  # the last message: a FATAL or a Terminate
            if direction.source is not None:
                direction.source.close()
