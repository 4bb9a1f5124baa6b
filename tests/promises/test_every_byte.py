"""The answers of the server are cut at every byte: success must mean saved, TryAgain must mean not saved."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress
from time import monotonic, sleep

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kernel.database import Connection, connect, transaction
from kernel.errors import TryAgain


class Cutter:
    """A proxy: once armed, it lets `left` more bytes of the server's (or client's) through and then cuts the line."""

    def __init__(self, conninfo: str) -> None:
        wanted = conninfo_to_dict(conninfo)
        self._host, self._port = str(wanted["host"]), int(str(wanted["port"]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.left: int | None = None
        self.upwards = False
        self.passed = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _dial(self) -> socket.socket:
        if self._host.startswith("/"):
            s = socket.socket(socket.AF_UNIX)
            s.connect(f"{self._host}/.s.PGSQL.{self._port}")
            return s
        return socket.create_connection((self._host, self._port))

    def _serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = self._dial()
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.left is not None and upwards == self.upwards:
                    data = data[: self.left]
                    self.left -= len(data)
                    self.passed += len(data)
                    is_the_end = self.left <= 0  # before anything is sent: what is heard lets the test go on
                    target.sendall(data)
                    if is_the_end:
                        break
                else:
                    target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("mode", ["write only", "load and write"])
@pytest.mark.parametrize("warm", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_connection_cut_at_every_byte_is_told_truly(
    database_url: str, conn: Connection, upwards: bool, mode: str, warm: bool
):
    conn.execute("CREATE TABLE cuts (n int)")
    cutter = Cutter(database_url)
    url = make_conninfo(database_url, host="127.0.0.1", port=cutter.port, sslmode="disable", gssencmode="disable")
    told: set[str] = set()
    for n in range(0, 2000, 1 if not upwards else 3):
        cutter.left = None
        with closing(connect(url)) as c:
            cutter.upwards = upwards

            def act(number: int, c: Connection = c) -> None:
                with transaction(c) as tx:
                    if mode == "load and write":
                        tx.execute("SELECT %s AS n", (number,)).fetchone()
                    with tx.as_one():
                        tx.execute("INSERT INTO cuts VALUES (%s)", (number,))
                        tx.execute("UPDATE cuts SET n = n WHERE n = %s AND false", (number,))
                    tx.after_commit(lambda tx: tx.execute("SELECT 1 AS one"), lambda _: None)

            if warm:
                act(-1)
            cutter.passed = 0
            cutter.left = n
            try:
                act(n)
                outcome = "done"
            except TryAgain:
                outcome = "again"
            except psycopg.OperationalError:
                outcome = "unknown"
            reached = cutter.passed < n
        deadline = monotonic() + 5
        while conn.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall():
            assert monotonic() < deadline
            sleep(0.002)
        found = conn.execute("SELECT count(*) AS c FROM cuts WHERE n = %s", (n,)).fetchone()
        assert found
        saved = found["c"]
        told.add(outcome)
        if outcome == "done":
            assert saved == 1, n
        elif outcome == "again":
            assert saved == 0, n
        if reached and outcome == "done":
            break
    assert "done" in told
    assert told - {"done"}
