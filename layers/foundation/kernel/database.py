"""Connections and transactions: an action needs one of each and two round trips."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg.pq.abc import PGconn
from psycopg.rows import DictRow, RowFactory, dict_row
from psycopg.types.json import set_json_loads

from kernel.errors import DomainError, TryAgain, Unauthenticated
from kernel.statements import Cursor, Params, StatementQueue, Statements, is_stale

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

log = logging.getLogger("brandish")

_ROWS_AT_ONCE = 8
"""Rows per INSERT: each number of rows is a prepared statement of its own."""

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


class Connection(psycopg.Connection[DictRow]):
    """A connection of psycopg that can also send many statements at once.

    Attributes:
        statement_seconds: the limit for each statement that the connection itself has; None when it has none.
    """

    def __init__(self, pgconn: PGconn, row_factory: RowFactory[DictRow] = dict_row) -> None:
        super().__init__(pgconn, row_factory)
        self.statements = Statements(self)
        self.statement_seconds: int | None = None


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
    conn = Connection.connect(
        conninfo,
        autocommit=True,
        row_factory=dict_row,
        # psycopg prepares nothing itself: on some occasions it would deallocate our prepared statements with its own.
        prepare_threshold=None,
        connect_timeout=min(statement_seconds, 5),
        options=limits if prepares else None,
        **parameters,
    )
    set_json_loads(_parse_json, conn)
    conn.statements.prepares = prepares
    conn.statement_seconds = statement_seconds if prepares else None
    return conn


def _parse_json(text: bytes | str) -> Any:
    """Parse what Postgres sends: `jsonb`, and `json` that it builds itself.

    `json.loads` would first guess the encoding of bytes, and `decode` look for blanks around it.
    """
    return _json_decoder.raw_decode(text if isinstance(text, str) else text.decode())[0]


_json_decoder = json.JSONDecoder()

Question = Callable[["Tx"], Cursor]
FollowUp = Callable[[Connection], None]


class Tx:
    """An open transaction, with its time and its source of randomness.

    `execute` only queues. The first fetch from any cursor sends everything queued so far and waits once for all of it;
    the end of the transaction sends the rest together with COMMIT. A use case therefore runs all its queries, fetches,
    decides, and writes without reading again: two round trips.

    Attributes:
        about: the first player that this transaction loaded, or the account that is signed in, for the log.
        counts: what it has done, for /metrics: `kernel.action` adds it to the metrics once it is committed.
    """

    __slots__ = ("_follow_ups", "_kept", "_queue", "about", "counts", "now", "rng")

    def __init__(self, queue: StatementQueue, now: datetime, rng: random.Random) -> None:
        self._queue = queue
        self._follow_ups: dict[Question, FollowUp] = {}
        self._kept: list[tuple[LiteralString, Params | None]] = []
        self.about: UUID | None = None
        self.counts: Counter[tuple[str, str]] = Counter()
        self.now = now
        self.rng = rng

    def execute(self, query: LiteralString, params: Params | None = None) -> Cursor:
        """Queue a statement and return its cursor."""
        return self._queue.execute(query, params)

    def execute_even_if_refused(self, query: LiteralString, params: Params | None = None) -> Cursor:
        """Queue a statement that counts a request: it runs again, alone, when a refusal rolls the transaction back.

        Someone who is not signed in has to be counted by what answers them instead.
        """
        self._kept.append((query, params))
        return self.execute(query, params)

    def insert(self, insert: LiteralString, rows: Sequence[Sequence[Any]], on_conflict: LiteralString = "") -> None:
        """Queue the insertion of rows: as VALUES, because psycopg takes long to convert arrays.

        Args:
            insert: "INSERT INTO table (columns)".
            rows: all with the same number of values; they get their sequence numbers in this order.
            on_conflict: the rest of the statement.
        """
        at_once = len(rows) if self._queue.joining else _ROWS_AT_ONCE
        for start in range(0, len(rows), at_once or 1):
            some = rows[start : start + at_once]
            row = "(" + "%s, " * (len(some[0]) - 1) + "%s)"
            values = (row + ", ") * (len(some) - 1) + row
            self.execute(insert + " VALUES " + values + " " + on_conflict, [*chain.from_iterable(some)])

    def as_one(self) -> AbstractContextManager[None]:
        """Join the statements that are queued inside into one.

        They must write to different tables and return nothing, because parts of one statement do not see each other's
        changes. What is joined is prepared for each combination, so there must not be many.
        """
        return self._queue.as_one()

    def after_commit(self, question: Question, act: FollowUp) -> None:
        """Run a query right after COMMIT, in the same round trip, and call `act` if it returns a row.

        The query sees this transaction and all that committed before it: of two transactions that reach a threshold
        together, the last one sees that. A query runs once, even if it is registered several times.

        Args:
            act: opens a transaction of its own. If it fails, the commit stands, so a schedule must be able to catch
                up on what it does.
        """
        self._follow_ups[question] = act

    def kept(self, error: BaseException) -> list[Cursor]:
        """Return the statements that run although an error rolls the transaction back."""
        if not isinstance(error, DomainError) or isinstance(error, Unauthenticated):
            return []
        return [self._queue.prepared(query, params) for query, params in self._kept]

    def ask_follow_ups(self) -> list[tuple[Cursor, FollowUp]]:
        """Queue the queries that were registered with `after_commit`."""
        return [(question(self), act) for question, act in self._follow_ups.items()]


system_rng: random.Random = random.SystemRandom()


@contextmanager
def transaction(conn: Connection, *, now: datetime | None = None, rng: random.Random | None = None) -> Generator[Tx]:
    """Commit everything inside together, or nothing; a refusal commits only if it says so (`keeps_writes`).

    Args:
        now: the time of the action, aware UTC; the current time by default.
        rng: the source of all randomness inside; the system's by default.

    Raises:
        TryAgain: nothing was saved. The database ended a deadlock by aborting this transaction, another transaction
            inserted the same row first, or the connection was lost before COMMIT.
        psycopg.OperationalError: the connection broke during COMMIT; the changes may be saved or not.
    """
    queue = StatementQueue(conn.statements)
    tx = Tx(queue, now or datetime.now(UTC), rng or system_rng)
    commit: Cursor | None = None
    answers: list[tuple[Cursor, FollowUp]] = []
    refusal: DomainError | None = None
    try:
        queue.execute("BEGIN")
        try:
            yield tx
        except DomainError as error:
            if not error.keeps_writes:
                raise
            refusal = error
        if conn.closed or not queue.began:
            # Once COMMIT is sent, a connection that was lost long ago looks the same as one that is lost now.
            conn.statements.read_what_arrived()
        commit = queue.execute("COMMIT")
        answers = tx.ask_follow_ups()
        queue.send()
        if not commit.has_committed:
            raise psycopg.errors.InFailedSqlTransaction("a statement had failed, so COMMIT has rolled back")
    except BaseException as error:
        # What fails behind the COMMIT does not undo it.
        if commit is None or not commit.has_committed or not isinstance(error, psycopg.Error):
            queue.drop()
            conn.statements.recover(error, tx.kept(error))
            if isinstance(error, psycopg.Error) and _is_repeatable(error, lost=conn.closed and commit is None):
                raise TryAgain from error
            raise
    for answer, act in answers:
        # The action is committed. If any error here failed the call, its retry would run the action a second time.
        try:
            if answer.fetchone() is not None:
                act(conn)
        except (psycopg.Error, TryAgain):
            pass  # a schedule catches up
        except Exception:
            log.exception("what follows a commit failed")
    if refusal is not None:
        raise refusal


@contextmanager
def reading(conn: Connection, *, now: datetime | None = None, rng: random.Random | None = None) -> Generator[Tx]:
    """Read without BEGIN and COMMIT, so that several queries are a single round trip.

    As in a transaction, the first fetch sends what is queued. Each query sees what has been committed when it runs.

    Raises:
        TryAgain: the connection was lost, or a prepared statement no longer fits the schema.
    """
    queue = StatementQueue(conn.statements)
    try:
        yield Tx(queue, now or datetime.now(UTC), rng or system_rng)
        queue.send()
    except psycopg.Error as error:
        if is_stale(error):
            conn.statements.recover(error)
        if conn.closed or is_stale(error):
            raise TryAgain from error
        raise


def _is_repeatable(error: psycopg.Error, *, lost: bool) -> bool:
    """Tell whether a failed transaction saved nothing and may succeed when repeated.

    Args:
        lost: the connection is closed, and COMMIT had not been sent.
    """
    if lost or is_stale(error):
        return True
    if isinstance(error, psycopg.errors.UniqueViolation):
        return error.diag.constraint_name in RACED_CONSTRAINTS
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        # An account was deleted after its session was looked at: a repetition finds that the session has ended.
        return (error.diag.constraint_name or "").endswith("_account_id_fkey")
    return isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)
