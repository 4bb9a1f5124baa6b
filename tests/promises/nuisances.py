"""What goes wrong while clients are at work: processes are killed, connections end, deadlines come early."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from random import Random

import psutil
import psycopg

from kernel.database import connect, transaction
from kernel.errors import TryAgain
from local.stack.process import StackProcess
from tests.promises.clock import hurry
from tests.promises.durable_database import DurableDatabase
from tests.promises.waiting import wait

STARTS = 5
"""Attempts at starting a stack."""

_TERMINATE = """
    SELECT pg_terminate_backend(pid), state FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ORDER BY random() LIMIT 1
"""


class Nuisance:
    """Work on a thread of its own, again and again at random times; `paused` stops it for a while.

    Attributes:
        failure: what ended it, if something did.
    """

    def __init__(self, work: Callable[[], None], rng: Random, mean_seconds: float) -> None:
        self.failure: BaseException | None = None
        self._work = work
        self._rng = rng
        self._mean_seconds = mean_seconds
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="nuisance", daemon=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()
        if self.failure is not None:
            raise self.failure

    @contextmanager
    def paused(self) -> Iterator[None]:
        with self._turn:
            if self.failure is not None:
                raise self.failure
            yield

    def _run(self) -> None:
        try:
            while not self._over.wait(self._rng.expovariate(1 / self._mean_seconds)):
                with self._turn:
                    self._work()
        except BaseException as error:
            self.failure = error


class Saboteur(Nuisance):
    """Terminates random connections to the database.

    Attributes:
        ended: {what they were doing: how many}.
    """

    def __init__(self, url: str, rng: Random, mean_seconds: float) -> None:
        self.ended: Counter[str] = Counter()
        self._url = url
        super().__init__(self._terminate, rng, mean_seconds)

    def _terminate(self) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(self._url, autocommit=True) as conn:
            row = conn.execute(_TERMINATE).fetchone()
            if row is not None:
                self.ended[f"terminated while {row[1]}"] += 1


class Hurry(Nuisance):
    """Brings deadlines forward, because there is no time to wait for them."""

    def __init__(self, url: str, rng: Random, mean_seconds: float) -> None:
        self._url = url
        super().__init__(self._hurry, rng, mean_seconds)

    def _hurry(self) -> None:
        with suppress(psycopg.OperationalError, TryAgain), closing(connect(self._url)) as conn, transaction(conn) as tx:
            hurry(tx, self._rng)


class Killer(Nuisance):
    """Kills processes of a running stack, each kind in turn in a random order; only the stack itself it starts again.

    Attributes:
        killed: {what: how often}.
    """

    def __init__(self, stack: StackProcess, database: DurableDatabase, rng: Random, mean_seconds: float) -> None:
        self.killed: Counter[str] = Counter()
        self._next: list[str] = []
        self._stack = stack
        self._database = database
        super().__init__(self._kill_something, rng, mean_seconds)

    def restart_stack(self) -> None:
        """Kill the stack and start it again: what its queues had hidden is visible then.

        A connection may end while it starts, and it says so: then it is started once more, as people would.
        """
        self._stack.kill()
        self.killed["stack"] += 1
        for attempt in range(STARTS):
            wait(self._database_answers, "the database", 60)
            try:
                self._stack.start()
                return
            except RuntimeError as error:
                if attempt == STARTS - 1 or "The database could not be prepared" not in f"{error}":
                    raise

    def _kill_something(self) -> None:
        if not self._next:
            self._next = self._rng.sample(("stack", "outer", "postgres", "child"), 4)
        match self._next.pop():
            case "stack":
                self.restart_stack()
            case "outer":
                with suppress(psutil.NoSuchProcess, StopIteration):
                    outer_process(self._stack).kill()
                    self.killed["outer ring"] += 1
            case "postgres":
                self._database.crash()
                self.killed["Postgres"] += 1
            case _:
                with suppress(psutil.NoSuchProcess, IndexError):  # it may be starting
                    self.killed[f"Postgres's {self._database.kill_a_child(self._rng)}"] += 1

    def _database_answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self._database.url).close()
            return True
        return False


def outer_process(stack: StackProcess) -> psutil.Process:
    """The process for the functions outside the VPC."""
    children = psutil.Process(stack.pid).children()
    return next(each for each in children if "local.stack.outer_process" in each.cmdline())
