"""A wire to Postgres that is cut now and then: before the server hears, in mid-sentence, or before it is heard."""

from __future__ import annotations

import selectors
import shutil
import socket
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

_SYNC_BYTES = 5  # the message that ends a pipeline; COMMIT is the one before


class Scissors:
    """Connect to `url` instead of the database's own.

    Args:
        chance: that a message of a client is its last.
    """

    def __init__(self, conninfo: str, rng: Random, chance: float) -> None:
        parts = conninfo_to_dict(conninfo)
        self._server_path = f"{parts['host']}/.s.PGSQL.{parts['port']}"
        self._rng = rng
        self._chance = chance
        self.cuts: Counter[str] = Counter()
        self._directory = Path(tempfile.mkdtemp(prefix="brandish-cut-", dir="/tmp"))  # sockets need short paths
        host = quote(f"{self._directory}", safe="")
        self.url = f"postgresql://{parts['user']}@/{parts['dbname']}?host={host}&port=5432"
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(f"{self._directory}/.s.PGSQL.5432")
        self._door.listen(64)
        self._bell, self._bell_rope = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._peers: dict[socket.socket, socket.socket | None] = {}
        self._clients: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._run, name="scissors", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bell_rope.close()
        self._thread.join()
        for end in [*self._peers, self._door, self._bell]:
            end.close()
        self._selector.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _run(self) -> None:
        self._selector.register(self._door, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                end = key.fileobj
                assert isinstance(end, socket.socket)
                if end is self._bell:
                    return
                if end is self._door:
                    self._accept()
                elif end in self._peers:
                    self._pass_on(end)

    def _accept(self) -> None:
        client, _ = self._door.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._server_path)
        except OSError:
            client.close()
            server.close()
            return
        self._clients.add(client)
        for end, peer in ((client, server), (server, client)):
            self._peers[end] = peer
            self._selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, end: socket.socket) -> None:
        peer = self._peers[end]
        try:
            data = end.recv(1 << 16)
            if not data:
                self._hang_up(end)
            elif peer is None:
                pass  # an answer that nobody hears
            elif end in self._clients and self._rng.random() < self._chance:
                self._cut(end, peer, data)
            else:
                peer.sendall(data)
        except OSError:
            self._hang_up(end)

    def _cut(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        how = self._rng.choice(("unheard", "in mid-sentence", "before the sync", "unanswered", "unanswered"))
        self.cuts[how] += 1
        if how == "unheard":
            self._hang_up(client)
            return
        said = {"in mid-sentence": len(data) // 2, "before the sync": len(data) - _SYNC_BYTES}.get(how, len(data))
        server.sendall(data[: max(said, 0)])
        # The server must not notice before it has acted on what it was told.
        self._peers[server] = None
        server.shutdown(socket.SHUT_WR)
        self._forget(client)

    def _hang_up(self, end: socket.socket) -> None:
        peer = self._peers.get(end)
        self._forget(end)
        if peer is not None:
            self._forget(peer)

    def _forget(self, end: socket.socket) -> None:
        if self._peers.pop(end, end) is not end:
            self._clients.discard(end)
            with suppress(KeyError):
                self._selector.unregister(end)
            end.close()
