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

CUTS = ("unheard", "in mid-sentence", "before the sync", "unanswered")
_FLUSH = b"H\x00\x00\x00\x04"
_SYNC = b"S\x00\x00\x00\x04"  # ends a pipeline; COMMIT comes right before


class Scissors:
    """Connect to `url` instead of the database's own.

    Args:
        chance: that what a client says before it waits for the answer is its last.
    """

    def __init__(self, conninfo: str, rng: Random, chance: float = 0.0) -> None:
        parts = conninfo_to_dict(conninfo)
        self._server_path = f"{parts['host']}/.s.PGSQL.{parts['port']}"
        self._rng = rng
        self._chance = chance
        self._appointment: tuple[int, str] | None = None
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
        self._heard: dict[socket.socket, bytes] = {}  # of each client, and not passed on
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

    def cut_at(self, trip: int, how: str) -> None:
        """Cut a client's round trip, 1 for the next, 2 for the one after, in this of the ways in `CUTS`."""
        self._appointment = (trip, how)

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
        self._heard[client] = b""
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
            elif end in self._heard:
                self._heard[end] += data
                self._speak(end, peer)
            else:
                peer.sendall(data)
        except OSError:
            self._hang_up(end)

    def _speak(self, client: socket.socket, server: socket.socket) -> None:
        """libpq sends piece by piece. A round trip begins when the last piece has come."""
        data = self._heard[client]
        if data.endswith((_FLUSH, _SYNC)):
            self._heard[client] = b""
            if how := self._is_time_to_cut():
                self._cut(client, server, data, how)
            else:
                server.sendall(data)
        elif data[:1] not in (b"P", b"B", b"D", b"E"):  # no part of a query: a login, a farewell
            self._heard[client] = b""
            server.sendall(data)

    def _is_time_to_cut(self) -> str | None:
        if self._appointment is not None:
            trip, how = self._appointment
            self._appointment = (trip - 1, how) if trip > 1 else None
            return how if trip == 1 else None
        return self._rng.choice((*CUTS, "unanswered")) if self._rng.random() < self._chance else None

    def _cut(self, client: socket.socket, server: socket.socket, data: bytes, how: str) -> None:
        self.cuts[how] += 1
        if how == "unheard":
            self._hang_up(client)
            return
        if how == "in mid-sentence":
            data = data[: len(data) // 2]
        elif how == "before the sync":
            data = data.removesuffix(_FLUSH).removesuffix(_SYNC)
        server.sendall(data)
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
            self._heard.pop(end, None)
            with suppress(KeyError):
                self._selector.unregister(end)
            end.close()
