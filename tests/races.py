"""For tests of what happens at the same moment, or while one waits for another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic, sleep

from brandish.database import Connection, Tx, transaction
from brandish.errors import DomainError, TryAgain

TRIES = 5
"""That a door makes."""


def attempt(connection: Connection, deed: Callable[[Tx], object], now: datetime | None = None) -> object:
    """What a deed answered, or its refusal."""
    for _ in range(TRIES):
        try:
            with transaction(connection, now=now) as tx:
                return deed(tx)
        except TryAgain:
            continue
        except DomainError as refusal:
            return refusal
    raise AssertionError("never got through")


def wait_for_a_lock(conn: Connection) -> None:
    """Until somebody waits for another's row."""
    deadline = monotonic() + 10
    while monotonic() < deadline:
        waiting = conn.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchall()
        if waiting:
            return
        sleep(0.01)
    raise AssertionError("nobody waits")
