"""Statements are queued, sent together, and answered together.

`psycopg.Connection.execute` spends a system call and a round of Python on each statement. Here, all statements of a
round trip go to libpq in one go, as named prepared statements; the answers stay as libpq has read them until a row is
fetched. Values, rows and errors are psycopg's own: its `Transformer`, its exceptions.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain, count
from time import perf_counter
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import errors
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import RowMaker
from psycopg.waiting import Ready, Wait

from kernel.histograms import Histogram

Row = dict[str, Any]
Params = Sequence[Any] | Mapping[str, Any]
_Key = tuple[bytes, tuple[int, ...]]
"""A statement's text and the types of its values."""

MAX_PREPARED: Final = 200
"""Prepared statements of a connection. Beyond them, the one that was not used for the longest time makes room."""

MAX_VALUES: Final = 100
"""A statement with more values is not prepared: it is one of many rows, whose number hardly repeats."""

_IDLE = TransactionStatus.IDLE
_COMMAND_OK = ExecStatus.COMMAND_OK
_TUPLES_OK = ExecStatus.TUPLES_OK
_FATAL_ERROR = ExecStatus.FATAL_ERROR
_ABORTED = ExecStatus.PIPELINE_ABORTED
_SYNC = ExecStatus.PIPELINE_SYNC
_COPIES = (ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH)
_PLAIN_SEQUENCES = (tuple, list)
_READABLE = Wait.R
_EITHER = Wait.RW
_TO_READ = Ready.R


class _Environment(threading.local):
    def __init__(self) -> None:
        self.times = Histogram()


_environment = _Environment()


def take_times() -> Histogram:
    """Return how long this environment's round trips have taken since it was last asked, for `kernel.metrics`."""
    times, _environment.times = _environment.times, Histogram()
    return times


class Text(NamedTuple):
    """A statement's text as Postgres wants it.

    Attributes:
        sql: with $1, $2, ... for the values.
        names: of the values, in their order; None when they have none.
        formats: psycopg chooses the format of each value.
    """

    sql: bytes
    names: tuple[str, ...] | None
    formats: list[PyFormat]


_NUMBER = re.compile(rb"\$(\d+)")
_PLACEHOLDER = re.compile(r"%(?:\(([^)]+)\))?(.)")


@lru_cache(maxsize=1000)
def converted(query: str) -> Text:
    """Replace `%s` or `%(name)s` with $1, $2, ..., and `%%` with `%`.

    Raises:
        psycopg.ProgrammingError: another placeholder, or both kinds in one statement.
    """
    names: dict[str, int] = {}
    unnamed = count(1)
    used = 0

    def number(match: re.Match[str]) -> str:
        nonlocal used
        name, kind = match.groups()
        if kind == "%" and name is None:
            return "%"
        if kind != "s":
            raise psycopg.ProgrammingError(f"only %s, %(name)s and %% are allowed, got {match[0]!r}")
        used += 1
        return f"${next(unnamed) if name is None else names.setdefault(name, len(names) + 1)}"

    sql = _PLACEHOLDER.sub(number, query).encode()
    values = next(unnamed) - 1
    if values and names:
        raise psycopg.ProgrammingError("placeholders with and without names cannot be mixed")
    return Text(sql, tuple(names) if names else None, [PyFormat.AUTO] * (values + len(names)))


@lru_cache(maxsize=1000)
def _encoded(query: str) -> bytes:
    return query.encode()


@lru_cache(maxsize=1000)
def _joined(texts: tuple[tuple[bytes, int], ...]) -> bytes:
    """Return one statement that does what several do.

    Args:
        texts: each with the number of its values.
    """
    parts: list[bytes] = []
    offset = 0
    for sql, values in texts:
        parts.append(_NUMBER.sub(partial(_shifted, offset), sql))
        offset += values
    named = b", ".join(b"w%d AS (%s)" % (index, part) for index, part in enumerate(parts[:-1]))
    return b"WITH %s %s" % (named, parts[-1])


def _shifted(offset: int, match: re.Match[bytes]) -> bytes:
    return b"$%d" % (int(match[1]) + offset)


class _Prepared:
    """A prepared statement of a connection.

    Attributes:
        make_row: of its columns; None until it has returned rows.
    """

    __slots__ = ("make_row", "name")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.make_row: RowMaker[Row] | None = None


class Cursor:
    """A statement and its answer. The first fetch sends the statement, with all that are queued before and after it.

    Attributes:
        sql: the text as it is sent, with $1, $2, ... for the values.
    """

    __slots__ = ("_answer", "_formats", "_prepared", "_queue", "_rows", "_types", "_values", "sql")

    def __init__(
        self,
        queue: StatementQueue,
        sql: bytes,
        values: Sequence[Buffer | None] | None = None,
        types: tuple[int, ...] = (),
        formats: Sequence[Format] | None = None,
    ) -> None:
        self._queue = queue
        self.sql = sql
        self._values = values
        self._types = types
        self._formats = formats
        self._prepared: _Prepared | None = None
        self._answer: PGresult | None = None
        self._rows: Iterator[Row] | None = None

    @property
    def is_answered(self) -> bool:
        return self._answer is not None

    @property
    def has_committed(self) -> bool:
        """Whether the server has answered that this COMMIT has committed; in a failed transaction, it rolls back."""
        return self._answer is not None and self._answer.command_status == b"COMMIT"

    def fetchone(self) -> Row | None:
        """Return the next row, or None after the last one."""
        return next(iter(self), None)

    def fetchall(self) -> list[Row]:
        """Return all rows that have not been fetched yet."""
        return list(iter(self))

    def __iter__(self) -> Iterator[Row]:
        if self._rows is None:
            self._rows = iter(self._queue.load(self))
        return self._rows


class StatementQueue:
    """The statements of one use of a connection, such as a transaction.

    Attributes:
        began: False until the first statement is sent.
        joining: True inside `as_one`.
    """

    __slots__ = ("_queued", "_statements", "began", "joining")

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._queued: list[Cursor] = []
        self.began = False
        self.joining = False

    def execute(self, query: str, params: Params | None = None) -> Cursor:
        """Queue a statement. Its values are converted now: later changes of a mutable value are not seen."""
        cursor = self._statements.cursor(self, query, params)
        self._queued.append(cursor)
        return cursor

    def prepared(self, query: str, params: Params | None = None) -> Cursor:
        """Return a statement that is not queued."""
        return self._statements.cursor(self, query, params)

    @contextmanager
    def as_one(self) -> Generator[None]:
        """Join the statements that are queued inside into one; see `Tx.as_one`."""
        before, self._queued = self._queued, []
        self.joining = True
        try:
            yield
        finally:
            self.joining = False
            parts, self._queued = self._queued, before
        if len(parts) > 1:
            parts = [self._statements.joined(self, parts)]
        before += parts

    def send(self) -> None:
        """Send what is queued and wait for all answers: one round trip.

        Raises:
            psycopg.Error: that of the first statement that failed; those after it have not run.
            psycopg.OperationalError: the connection was lost, and is closed.
        """
        if self.joining:
            raise psycopg.ProgrammingError("what is joined returns nothing that could be fetched")
        if self._queued:
            self.began = True
            queued, self._queued = self._queued, []
            self._statements.exchange(queued)

    def drop(self) -> None:
        """Forget what is queued."""
        self._queued.clear()

    def load(self, cursor: Cursor) -> list[Row]:
        """Return the rows of one of the statements; send it first if it is still queued."""
        if not cursor.is_answered:
            self.send()
        return self._statements.load(cursor)


class Statements:
    """Sends statements over one connection, and knows which of them it has prepared.

    Attributes:
        prepares: False behind a proxy, which may run each transaction in another session.
    """

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.prepares = True
        self._conn = conn
        self._pgconn: PGconn = conn.pgconn
        self._transformer = Transformer(conn)
        self._prepared: dict[_Key, _Prepared] = {}  # the last used at the end
        self._names = count()

    def cursor(self, queue: StatementQueue, query: str, params: Params | None) -> Cursor:
        """Return a statement that is ready to be sent.

        Args:
            params: None if the statement has no placeholders and so no doubled percent signs.

        Raises:
            psycopg.Error: the values do not fit the placeholders, or Postgres cannot store one of them.
        """
        if params is None:
            return Cursor(queue, _encoded(query))
        text = converted(query)
        values = self._transformer.dump_sequence(_in_order(text, params), text.formats)
        return Cursor(queue, text.sql, values, self._transformer.types or (), self._transformer.formats)

    def joined(self, queue: StatementQueue, parts: Sequence[Cursor]) -> Cursor:
        """Return one statement that does what several do."""
        return Cursor(
            queue,
            _joined(tuple((part.sql, len(part._types)) for part in parts)),
            [value for part in parts for value in part._values or ()],
            tuple(chain.from_iterable(part._types for part in parts)),
            [format for part in parts for format in part._formats or ()],
        )

    def exchange(self, cursors: Sequence[Cursor]) -> None:
        """Send statements in one pipeline and read all answers.

        Raises:
            psycopg.Error: as `StatementQueue.send`.
        """
        segment = _Segment()
        began = perf_counter()
        try:
            self._pgconn.enter_pipeline_mode()
            for cursor in cursors:
                self._send(cursor, segment)
            self._pgconn.pipeline_sync()
            self._conn.wait(self._receive(segment.answers))
            self._pgconn.exit_pipeline_mode()
        except BaseException as error:
            # Answers that were not read must not be taken for those of the next statements.
            self._conn.close()
            segment.assign_answers()
            if isinstance(error, psycopg.OperationalError):
                self._raise_first_error(cursors)  # the server may have said why it closes the connection
            raise
        _environment.times.add(perf_counter() - began)
        segment.assign_answers()
        for key in segment.not_prepared():
            self._prepared.pop(key, None)
        while notification := self._pgconn.notifies():
            if self._pgconn.notify_handler:
                self._pgconn.notify_handler(notification)
        self._raise_first_error(cursors)

    def load(self, cursor: Cursor) -> list[Row]:
        """Return the rows of an answered statement.

        Raises:
            psycopg.Error: the statement failed, did not run, or returns no rows.
        """
        answer = cursor._answer
        if answer is None:
            raise psycopg.ProgrammingError("the statement was not sent")
        status = answer.status
        if status == _FATAL_ERROR:
            raise errors.error_from_result(answer, encoding=self._transformer.encoding)
        if status == _ABORTED:
            raise errors.PipelineAborted("a statement before this one failed")
        if status != _TUPLES_OK:
            raise psycopg.ProgrammingError("the statement returns no rows")
        rows = answer.ntuples
        if rows == 0:
            return []
        self._transformer.set_pgresult(answer)
        return self._transformer.load_rows(0, rows, self._row_maker(cursor, answer))

    def read_what_arrived(self) -> None:
        """Find out whether the server has closed the connection since it was last used.

        Raises:
            psycopg.OperationalError: it has.
        """
        # The first call may only read why the server closes it.
        self._pgconn.consume_input()
        self._pgconn.consume_input()

    def recover(self, error: BaseException, kept: Sequence[Cursor] = ()) -> None:
        """Roll back an open transaction, and drop prepared statements that no longer fit.

        The connection is closed if that fails.

        Args:
            kept: statements to run after that, each on its own account, in the same round trip.
        """
        if self._conn.closed:
            return
        stale = is_stale(error)
        if stale:
            self._prepared.clear()
        try:
            if self._pgconn.transaction_status != _IDLE:
                self.exchange([Cursor(StatementQueue(self), b"ROLLBACK"), *kept])
            if stale:
                self._conn.execute("DEALLOCATE ALL")
                self._prepared.clear()
        except psycopg.Error:
            self._conn.close()

    def _send(self, cursor: Cursor, segment: _Segment) -> None:
        pgconn = self._pgconn
        if not self.prepares or len(cursor._types) > MAX_VALUES:
            pgconn.send_query_params(
                cursor.sql, cursor._values, param_types=cursor._types, param_formats=cursor._formats
            )
            segment.expect(cursor)
            return
        key = (cursor.sql, cursor._types)
        prepared = self._prepared.pop(key, None)
        if prepared is None:
            if len(self._prepared) >= MAX_PREPARED:
                self._deallocate_oldest(cursor, segment)
            prepared = _Prepared(b"s%d" % next(self._names))
            pgconn.send_prepare(prepared.name, cursor.sql, param_types=cursor._types)
            segment.prepared.append((key, len(segment.receivers)))
            segment.expect(cursor, preparing=True)
        self._prepared[key] = cursor._prepared = prepared
        pgconn.send_query_prepared(prepared.name, cursor._values, param_formats=cursor._formats)
        segment.expect(cursor)

    def _deallocate_oldest(self, cursor: Cursor, segment: _Segment) -> None:
        oldest = self._prepared.pop(next(iter(self._prepared)))
        self._pgconn.send_query_params(b"DEALLOCATE " + oldest.name, None)
        segment.expect(cursor, preparing=True)

    def _receive(self, answers: list[PGresult]) -> PQGen[None]:
        """Finish sending and read all answers, for `Connection.wait`."""
        pgconn = self._pgconn
        while pgconn.flush():
            # The server may not read on before we have read its first answers.
            if (yield _EITHER) & _TO_READ:
                pgconn.consume_input()
        ended = False
        while True:
            while pgconn.is_busy():
                while not (yield _READABLE):
                    pass
                pgconn.consume_input()
            answer = pgconn.get_result()
            if answer is None:  # the end of a statement's answers
                if ended:  # nothing more comes, although the pipeline has not ended
                    raise psycopg.OperationalError("the connection is lost")
                ended = True
                continue
            ended = False
            status = answer.status
            if status == _SYNC:
                return
            answers.append(answer)
            if status in _COPIES:
                raise psycopg.NotSupportedError("COPY cannot be queued")

    def _raise_first_error(self, cursors: Sequence[Cursor]) -> None:
        for cursor in cursors:
            if cursor._answer is not None and cursor._answer.status == _FATAL_ERROR:
                raise errors.error_from_result(cursor._answer, encoding=self._transformer.encoding)

    def _row_maker(self, cursor: Cursor, answer: PGresult) -> RowMaker[Row]:
        """Return what makes a row of values; the columns of a prepared statement cannot change."""
        prepared = cursor._prepared
        if prepared is not None and prepared.make_row is not None:
            return prepared.make_row
        columns = [(answer.fname(index) or b"").decode() for index in range(answer.nfields)]

        def make_row(values: Sequence[Any]) -> Row:
            return dict(zip(columns, values, strict=True))

        if prepared is not None:
            prepared.make_row = make_row
        return make_row


class _Segment:
    """What is sent in one round trip, and what comes back.

    Attributes:
        receivers: for each command, the statement that it belongs to.
        preparations: indexes of the commands that only prepare a statement or make room for it. Their success is no
            answer to the statement: a connection that is lost right after it has not run the statement.
        prepared: statements that are prepared in this segment, each with the index of its answer.
    """

    __slots__ = ("answers", "preparations", "prepared", "receivers")

    def __init__(self) -> None:
        self.receivers: list[Cursor] = []
        self.preparations: set[int] = set()
        self.prepared: list[tuple[_Key, int]] = []
        self.answers: list[PGresult] = []

    def expect(self, cursor: Cursor, *, preparing: bool = False) -> None:
        """Note that the next command belongs to a statement."""
        if preparing:
            self.preparations.add(len(self.receivers))
        self.receivers.append(cursor)

    def assign_answers(self) -> None:
        """Give each statement its answer, or the first error of what prepares it."""
        for index, (receiver, answer) in enumerate(zip(self.receivers, self.answers, strict=False)):
            counts = index not in self.preparations or answer.status == _FATAL_ERROR
            if counts and (receiver._answer is None or receiver._answer.status != _FATAL_ERROR):
                receiver._answer = answer

    def not_prepared(self) -> list[_Key]:
        """Return the statements that an earlier error has kept from being prepared."""
        return [key for key, index in self.prepared if self.answers[index].status != _COMMAND_OK]


def is_stale(error: BaseException) -> bool:
    """Tell whether a prepared statement no longer fits: the schema has changed, or the server has forgotten it."""
    if isinstance(error, errors.FeatureNotSupported):
        return error.diag.source_function == "RevalidateCachedQuery"
    return isinstance(error, errors.InvalidSqlStatementName)


def _in_order(text: Text, params: Params) -> Sequence[Any]:
    """Return the values in the order of the placeholders."""
    # To ask whether a tuple is a Mapping takes many times as long.
    if not isinstance(params, _PLAIN_SEQUENCES) and isinstance(params, Mapping):
        if text.names is None and text.formats:
            raise TypeError("placeholders without names need a sequence of values")
        try:
            return [params[name] for name in text.names or ()]
        except KeyError as error:
            raise psycopg.ProgrammingError(f"no value for {error}") from None
    if text.names is not None:
        raise TypeError("placeholders with names need a mapping of values")
    if len(params) != len(text.formats):
        raise psycopg.ProgrammingError(f"{len(text.formats)} placeholders, but {len(params)} values")
    return params
