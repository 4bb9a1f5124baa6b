"""For tests of what happens at the same moment, or while one waits for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from threading import Barrier
from time import monotonic, sleep
from typing import TypeVar

from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain

TRIES = 5
"""That a door makes."""
PATIENCE = 60
"""seconds, and only so that nobody waits for ever"""

UseCase = Callable[[Tx], object]
Answer = TypeVar("Answer")


class Race:
    """Runs pieces of work at the same moment, each on a connection of its own."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections
        self._threads = ThreadPoolExecutor(len(connections))

    def __call__(self, *use_cases: UseCase) -> list[object]:
        """What each deed answered, or its refusal."""
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
    """For up to so many at once."""
    with ExitStack() as stack:
        yield Race([stack.enter_context(closing(connect(url))) for _ in range(number)])


def attempt(connection: Connection, use_case: UseCase, now: datetime | None = None) -> object:
    """What a deed answered, or its refusal, with the tries that a door makes."""
    for _ in range(TRIES):
        try:
            with transaction(connection, now=now) as tx:
                return use_case(tx)
        except TryAgain:
            continue
        except DomainError as refusal:
            return refusal
    raise AssertionError("never got through")


def wait_for_a_lock(conn: Connection) -> None:
    """Until somebody waits for another's row."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        waiting = conn.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchall()
        if waiting:
            return
        sleep(0.01)
    raise AssertionError("nobody waits")
