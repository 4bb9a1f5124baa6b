"""Helpers for tests of concurrent transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from threading import Barrier
from time import monotonic, sleep
from typing import TypeVar

from psycopg.errors import DeadlockDetected

from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain

TRIES = 5
"""Attempts, as many as a door makes."""
PATIENCE = 60
"""Seconds after which a test fails instead of waiting for ever."""

UseCase = Callable[[Tx], object]
Answer = TypeVar("Answer")


class Race:
    """Runs pieces of work at the same moment, each on a connection of its own."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections
        self._threads = ThreadPoolExecutor(len(connections))

    def __call__(self, *use_cases: UseCase) -> list[object]:
        """Run use cases at the same moment; return the result or the refusal of each."""
        return self.run(*[partial(attempt, use_case=use_case) for use_case in use_cases])

    def run(self, *pieces: Callable[[Connection], Answer]) -> list[Answer]:
        line = Barrier(len(pieces))

        def begin(connection: Connection, piece: Callable[[Connection], Answer]) -> Answer:
            line.wait(PATIENCE)
            return piece(connection)

        running = [self._threads.submit(begin, *each) for each in zip(self._connections, pieces, strict=False)]
        return [each.result(PATIENCE) for each in running]


@contextmanager
def race_of(number: int, url: str) -> Iterator[Race]:
    """A race with up to `number` participants."""
    with ExitStack() as stack:
        yield Race([stack.enter_context(closing(connect(url))) for _ in range(number)])


def attempt(connection: Connection, use_case: UseCase, now: datetime | None = None) -> object:
    """Run a use case with the retries that a door makes; return its result or its refusal.

    A deadlock fails the test, although a door would try again: until the database ends it, all who want what one of
    the two holds wait for a second.
    """
    for _ in range(TRIES):
        try:
            with transaction(connection, now=now) as tx:
                return use_case(tx)
        except TryAgain as again:
            if isinstance(again.__cause__, DeadlockDetected):
                raise
            continue
        except DomainError as refusal:
            return refusal
    raise AssertionError("never got through")


def wait_for_a_lock(conn: Connection, waiting: int = 1) -> None:
    """Wait until so many transactions wait for a lock."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        found = conn.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchall()
        if len(found) >= waiting:
            return
        sleep(0.01)
    raise AssertionError("too few transactions wait for a lock")
