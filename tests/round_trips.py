"""Counting what an action costs: how often somebody at the database has to be waited for."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

from psycopg.conninfo import conninfo_to_dict

from brandish.database import Connection, connect


class Wire:
    """A relay in front of Postgres that counts how often the client speaks after the server has spoken."""

    def __init__(self, database_url: str) -> None:
        place = conninfo_to_dict(database_url)
        host, port = str(place.get("host", "localhost")), int(place.get("port") or 5432)
        self.round_trips = 0
        self._server = socket.socket(socket.AF_UNIX if host.startswith("/") else socket.AF_INET)
        self._server.connect(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._thread = Thread(target=self._relay, daemon=True)
        self._thread.start()

    def _relay(self) -> None:
        client, _ = self._door.accept()
        with client, self._server, self._door, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, self._server)
            selector.register(self._server, selectors.EVENT_READ, client)
            server_spoke_last = True
            while True:
                for key, _ in selector.select():
                    source, target = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    data = source.recv(65536)
                    if not data:
                        return
                    self.round_trips += source is client and server_spoke_last
                    server_spoke_last = source is self._server
                    target.sendall(data)


@contextmanager
def counted(database_url: str) -> Iterator[tuple[Connection, Wire]]:
    """A connection and the wire it goes through."""
    wire = Wire(database_url)
    with closing(connect(database_url, host="127.0.0.1", port=wire.port, sslmode="disable")) as conn:
        yield conn, wire
