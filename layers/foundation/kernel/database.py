"""One connection, one transaction, two round trips."""

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

# The net below the template's parameter group: a query or a lock that takes this long has gone wrong, and an
# environment that froze in mid-transaction must not hold its locks for long. No query is long enough to be worth
# compiling, but the planner, which takes a small table never analysed for one of 1,800 rows, may believe so. And a
# connection keeps its plans: one that was made for a hundred players and reads whole tables would still do so for the
# thousands who come in an hour later. Every table has the index that its queries need.
_SESSION_LIMITS = (
    "-c statement_timeout={statement_seconds}s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c timezone=UTC"
    " -c jit=off -c enable_seqscan=off"
)
STATEMENT_SECONDS = 10

RACED_CONSTRAINTS: Final[set[str]] = set()
"""Violated only when two transactions insert the same row at once: at the second try it is there."""


def declare_race(*constraints: str) -> None:
    """Let a transaction that violates one of these be repeated.

    Called at import, by the module with the INSERT: a function that can run into the race knows of it.

    Args:
        constraints: names of unique constraints or indexes. What violates one must have looked for the row first, or
            the repetition ends in the same way.
    """
    RACED_CONSTRAINTS.update(constraints)


def connect(
    conninfo: str, *, prepares: bool = True, statement_seconds: int = STATEMENT_SECONDS, **parameters: Any
) -> Connection:
    """A connection on which `transaction` can work.

    Args:
        prepares: False behind a proxy, which can share neither prepared statements nor sessions with limits of
            their own; the instance's parameter group has the same limits.
        patience: seconds that a statement may take.
        parameters: `password` and the like, as psycopg takes them; they override the string's.
    """
    return Connection.connect(
        conninfo,
        autocommit=True,
        row_factory=dict_row,
        prepare_threshold=2 if prepares else None,
        connect_timeout=min(statement_seconds, 5),
        options=_SESSION_LIMITS.format(statement_seconds=statement_seconds) if prepares else None,
        **parameters,
    )


Question = Callable[["Tx"], Cursor]
FollowUp = Callable[[Connection], None]


class Tx:
    """An open transaction, with the moment it happens at and the dice it rolls.

    `execute` only queues. The first fetch from any of its cursors sends what has been queued so far and waits once
    for all of it; the end of the transaction sends the rest together with COMMIT. So a use case asks for everything
    it wants to know, fetches, decides, and writes without looking back: two round trips.

    Attributes:
        about: the first player this transaction has loaded, for whoever logs it.
    """

    __slots__ = ("_conn", "_follow_ups", "about", "now", "rng")

    def __init__(self, conn: Connection, now: datetime, rng: random.Random) -> None:
        self._conn = conn
        self._follow_ups: dict[Question, FollowUp] = {}
        self.about: UUID | None = None
        self.now = now
        self.rng = rng

    def execute(self, query: LiteralString, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Cursor:
        return self._conn.execute(query, params)

    def after_commit(self, question: Question, act: FollowUp) -> None:
        """Ask something right behind the COMMIT, in its round trip, and act when there is a row in answer.

        The question sees this transaction and every other that has committed before: of two that cross a line
        together, the last one sees it. Asked once, however often it is registered.

        Args:
            act: opens a transaction of its own. What has been committed stays, whatever becomes of it: nothing may
                depend on it that a schedule does not heal.
        """
        self._follow_ups[question] = act

    def ask_follow_ups(self) -> list[tuple[Cursor, FollowUp]]:
        return [(question(self), act) for question, act in self._follow_ups.items()]


_system_rng = random.SystemRandom()


@contextmanager
def transaction(conn: Connection, *, now: datetime | None = None, rng: random.Random = _system_rng) -> Generator[Tx]:
    """Everything inside commits together, or not at all.

    Args:
        now: the moment of the action, aware UTC; the clock's when left out.
        rng: the source of every roll inside.

    Raises:
        TryAgain: nothing was saved. The database broke a deadlock at our expense, somebody was faster, or the
            connection was found dead before the end.
        psycopg.OperationalError: the connection broke during COMMIT; what was done may be saved or not.
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
        # Committed is committed: were this to fail the call, its repetition would act a second time.
        with suppress(psycopg.Error, TryAgain):
            if answer.fetchone() is not None:
                act(conn)


@contextmanager
def reading(conn: Connection, *, now: datetime | None = None, rng: random.Random = _system_rng) -> Generator[Tx]:
    """For looking only: no BEGIN and no COMMIT, so a single question is a single round trip.

    Each `execute` asks at once and sees what has been committed by then.

    Raises:
        TryAgain: the connection was found dead.
    """
    try:
        yield Tx(conn, now or datetime.now(UTC), rng)
    except psycopg.Error as error:
        if conn.closed:
            raise TryAgain from error
        raise


def _is_repeatable(error: psycopg.Error, *, lost: bool) -> bool:
    """
    Args:
        lost: the connection is gone, and COMMIT had not been sent.
    """
    if lost:
        return True
    if isinstance(error, psycopg.errors.UniqueViolation):
        return error.diag.constraint_name in RACED_CONSTRAINTS
    return isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)
