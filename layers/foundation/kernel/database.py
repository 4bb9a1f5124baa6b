"""Connections and transactions: an action needs one of each and two round trips."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from kernel.errors import TryAgain

Connection = psycopg.Connection[DictRow]
Cursor = psycopg.Cursor[DictRow]

# A safety net in addition to the template's parameter group: a query or a lock that takes this long has gone wrong, and
# an environment that froze in mid-transaction must not hold its locks for long. JIT is off because no query is long
# enough to gain from it, although the planner, which assumes 1,800 rows for a small table that was never analysed, may
# choose it. Sequential scans are off because a connection keeps its plans: a plan made for a hundred players would read
# whole tables for the thousands who join an hour later. Every table has the indexes that its queries need.
_SESSION_LIMITS = (
    "-c statement_timeout={statement_seconds}s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s"
    " -c idle_session_timeout={idle_seconds}s"
    " -c timezone=UTC -c jit=off -c enable_seqscan=off"
)
STATEMENT_SECONDS = 10

RACED_CONSTRAINTS: Final[set[str]] = set()
"""Constraints that are violated only when two transactions insert the same row at once; a retry finds the row."""


def declare_race(*constraints: str) -> None:
    """Retry transactions that violate one of these constraints.

    The module with the INSERT calls this at import, so every function that can run into the race knows about it.

    Args:
        constraints: names of unique constraints or indexes. The transaction must look for the row before inserting
            it, or the retry fails the same way.
    """
    RACED_CONSTRAINTS.update(constraints)


def connect(
    conninfo: str,
    *,
    prepares: bool = True,
    statement_seconds: int = STATEMENT_SECONDS,
    idle_seconds: int = 0,
    **parameters: Any,
) -> Connection:
    """Open a connection for `transaction` and `reading`.

    Args:
        prepares: False behind a proxy, which can share neither prepared statements nor sessions with their own
            limits; the instance's parameter group has the same limits.
        patience: seconds that a statement may take.
        idle_seconds: the server closes the connection after so long without a query; 0 for never.
        parameters: `password` and the like, as psycopg takes them; they override the string's.
    """
    limits = _SESSION_LIMITS.format(statement_seconds=statement_seconds, idle_seconds=idle_seconds)
    return Connection.connect(
        conninfo,
        autocommit=True,
        row_factory=dict_row,
        prepare_threshold=2 if prepares else None,
        connect_timeout=min(statement_seconds, 5),
        options=limits if prepares else None,
        **parameters,
    )


Question = Callable[["Tx"], Cursor]
FollowUp = Callable[[Connection], None]


class Tx:
    """An open transaction, with its time and its source of randomness.

    `execute` only queues. The first fetch from any cursor sends everything queued so far and waits once for all of it;
    the end of the transaction sends the rest together with COMMIT. A use case therefore runs all its queries, fetches,
    decides, and writes without reading again: two round trips.

    Attributes:
        about: the first player that this transaction loaded, for the log.
    """

    __slots__ = ("_conn", "_follow_ups", "about", "now", "rng")

    def __init__(self, conn: Connection, now: datetime, rng: random.Random) -> None:
        self._conn = conn
        self._follow_ups: dict[Question, FollowUp] = {}
        self.about: UUID | None = None
        self.now = now
        self.rng = rng

    def execute(self, query: LiteralString, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Cursor:
        """Queue a statement and return its cursor."""
        return self._conn.execute(query, params)

    def after_commit(self, question: Question, act: FollowUp) -> None:
        """Run a query right after COMMIT, in the same round trip, and call `act` if it returns a row.

        The query sees this transaction and all that committed before it: of two transactions that reach a threshold
        together, the last one sees that. A query runs once, even if it is registered several times.

        Args:
            act: opens a transaction of its own. If it fails, the commit stands, so a schedule must be able to catch
                up on what it does.
        """
        self._follow_ups[question] = act

    def ask_follow_ups(self) -> list[tuple[Cursor, FollowUp]]:
        """Queue the queries that were registered with `after_commit`."""
        return [(question(self), act) for question, act in self._follow_ups.items()]


_system_rng = random.SystemRandom()


@contextmanager
def transaction(conn: Connection, *, now: datetime | None = None, rng: random.Random = _system_rng) -> Generator[Tx]:
    """Commit everything inside together, or nothing.

    Args:
        now: the time of the action, aware UTC; the current time by default.
        rng: the source of all randomness inside.

    Raises:
        TryAgain: nothing was saved. The database ended a deadlock by aborting this transaction, another transaction
            inserted the same row first, or the connection was lost before COMMIT.
        psycopg.OperationalError: the connection broke during COMMIT; the changes may be saved or not.
    """
    committing = False
    tx = Tx(conn, now or datetime.now(UTC), rng)
    try:
        with conn.pipeline():
            conn.execute("BEGIN")
            yield tx
            committing = True
            conn.execute("COMMIT")
            answers = tx.ask_follow_ups()
    except BaseException as error:
        if not conn.closed:
            conn.rollback()
        if isinstance(error, psycopg.Error) and _is_repeatable(error, lost=conn.closed and not committing):
            raise TryAgain from error
        raise
    for answer, act in answers:
        # The action is committed. If an error here failed the call, its retry would run the action a second time.
        with suppress(psycopg.Error, TryAgain):
            if answer.fetchone() is not None:
                act(conn)


@contextmanager
def reading(conn: Connection, *, now: datetime | None = None, rng: random.Random = _system_rng) -> Generator[Tx]:
    """Read without BEGIN and COMMIT, so a single query is a single round trip.

    Each `execute` runs at once and sees what has been committed by then.

    Raises:
        TryAgain: the connection was lost.
    """
    try:
        yield Tx(conn, now or datetime.now(UTC), rng)
    except psycopg.Error as error:
        if conn.closed:
            raise TryAgain from error
        raise


def _is_repeatable(error: psycopg.Error, *, lost: bool) -> bool:
    """Tell whether a failed transaction saved nothing and may succeed when repeated.

    Args:
        lost: the connection is closed, and COMMIT had not been sent.
    """
    if lost:
        return True
    if isinstance(error, psycopg.errors.UniqueViolation):
        return error.diag.constraint_name in RACED_CONSTRAINTS
    return isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)
