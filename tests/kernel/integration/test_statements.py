"""Statements that are sent together: the values, rows and errors of psycopg, in one round trip."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from kernel.database import Connection, connect, reading, transaction
from kernel.errors import TryAgain
from kernel.statements import MAX_PREPARED, MAX_VALUES, Cursor
from local.tools.postgres_proxy import PostgresProxy
from tests.support.races import wait_for_a_lock
from tests.support.round_trips import counted

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
MOMENT = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
NUMBER = st.one_of(
    st.integers(-(2**15), 2**15), st.integers(-(2**31), 2**31), st.integers(-(2**63), 2**63 - 1), st.integers()
)
VALUE = st.one_of(
    st.none(),
    st.booleans(),
    NUMBER,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False),
    TEXT,
    st.binary(),
    st.uuids(),
    MOMENT,
    st.dates(),
    st.timedeltas(timedelta(days=-9999), timedelta(days=9999)),
    st.builds(Jsonb, JSON),
    st.lists(TEXT, max_size=3),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3),
    st.lists(st.uuids(), max_size=3),
    st.lists(MOMENT | st.none(), max_size=3),
    st.lists(st.builds(Jsonb, JSON) | st.none(), max_size=3),
)


@pytest.fixture(scope="module")
def psycopgs_own(shared_database_url: str) -> Any:
    with closing(
        psycopg.Connection[DictRow].connect(
            shared_database_url, autocommit=True, row_factory=dict_row, options="-c timezone=UTC", prepare_threshold=0
        )
    ) as conn:
        yield conn


@pytest.fixture(scope="module")
def ours(shared_database_url: str) -> Any:
    with closing(connect(shared_database_url)) as conn:
        yield conn


@given(values=st.lists(VALUE, min_size=1, max_size=6))
def test_values_go_and_come_as_psycopg_sends_them(ours: Connection, psycopgs_own: Any, values: list[Any]):
    query: Any = "SELECT " + ", ".join(f"%s AS c{index}" for index in range(len(values)))

    assert ask(ours, query, values) == psycopgs_own.execute(query, values).fetchall()


def test_rows_are_fetched_once_in_every_way(conn: Connection):
    with reading(conn) as tx:
        numbers = tx.execute("SELECT n, n * 2 AS twice FROM generate_series(1, %(last)s) AS n", {"last": 5})

        assert numbers.fetchone() == {"n": 1, "twice": 2}
        assert next(iter(numbers)) == {"n": 2, "twice": 4}
        assert [row["n"] for row in numbers] == [3, 4, 5]
        assert numbers.fetchone() is None
        assert numbers.fetchall() == []


def test_a_percent_sign_is_one_without_values(conn: Connection):
    with reading(conn) as tx:
        assert tx.execute("SELECT 7 % 4 AS rest").fetchone() == {"rest": 3}
        assert tx.execute("SELECT 7 %% %s AS rest", [4]).fetchone() == {"rest": 3}


@pytest.mark.parametrize(
    ("query", "values", "error"),
    [
        ("SELECT %s", [], psycopg.ProgrammingError),
        ("SELECT %s", [1, 2], psycopg.ProgrammingError),
        ("SELECT %(a)s", {"b": 1}, psycopg.ProgrammingError),
        ("SELECT %(a)s", [1], TypeError),
        ("SELECT %s", {"a": 1}, TypeError),
        ("SELECT %s", ["\0"], psycopg.DataError),
        ("SELECT %s", [object()], psycopg.ProgrammingError),
    ],
)
def test_values_that_cannot_be_sent_are_refused_at_once(
    conn: Connection, query: Any, values: Any, error: type[Exception]
):
    with reading(conn) as tx:
        with pytest.raises(error):
            tx.execute(query, values)

        assert tx.execute("SELECT 1 AS one").fetchone() == {"one": 1}


# ---------------------------------------------------------------- round trips


def test_what_is_queued_until_a_fetch_is_one_round_trip(database_url: str):
    with counted(database_url) as (conn, wire):
        with transaction(conn) as tx:
            before = wire.round_trips()
            questions = [tx.execute("SELECT %s::int AS n", [number]) for number in range(20)]
            assert [question.fetchone() for question in questions] == [{"n": number} for number in range(20)]
            assert wire.round_trips() - before == 1
            tx.execute("SELECT 1")
        assert wire.round_trips() - before == 2

        before = wire.round_trips()
        with reading(conn) as tx:
            first, second = tx.execute("SELECT 1 AS n"), tx.execute("SELECT 2 AS n")
            assert (second.fetchone(), first.fetchone()) == ({"n": 2}, {"n": 1})
        assert wire.round_trips() - before == 1


def test_nothing_is_sent_for_an_action_that_is_refused_before_it_asks(database_url: str):
    with counted(database_url) as (conn, wire):
        before = wire.round_trips()
        with pytest.raises(ZeroDivisionError), transaction(conn) as tx:
            tx.execute("SELECT 1")
            raise ZeroDivisionError
        assert wire.round_trips() == before

        with transaction(conn) as tx:
            assert tx.execute("SELECT 1 AS n").fetchone() == {"n": 1}


def test_a_look_sends_what_was_not_fetched(conn: Connection):
    with reading(conn) as tx:
        tx.execute("CREATE TABLE done ()")

    assert conn.execute("SELECT FROM done").fetchall() == []


@pytest.mark.parametrize("prepares", [True, False])
def test_megabytes_both_ways_in_one_round_trip_wait_for_nobody(database_url: str, prepares: bool):
    text = "ü" * 1_000_000

    with closing(connect(database_url, prepares=prepares)) as conn, transaction(conn) as tx:
        echoes = [tx.execute("SELECT %s::text AS text, %s::int AS n", (text, number)) for number in range(8)]
        many = tx.execute("SELECT n, md5(n::text) AS hash FROM generate_series(1, 10000) AS n")

        assert len(many.fetchall()) == 10_000
        assert [echo.fetchone() for echo in echoes] == [{"text": text, "n": number} for number in range(8)]


# ---------------------------------------------------------------- joined


def test_what_is_joined_is_one_statement(conn: Connection):
    conn.execute("CREATE TABLE a (n int, t text); CREATE TABLE b (n int, t text)")
    with transaction(conn) as tx:
        tx.execute("INSERT INTO a VALUES (0, 'before')")
        with tx.as_one():
            tx.insert("INSERT INTO a (n, t)", [(number, "%s $1") for number in range(20)])
            tx.execute("INSERT INTO b VALUES (%(n)s, %(t)s), (%(n)s, 'x')", {"n": 7, "t": None})
        tx.execute("INSERT INTO b VALUES (8, 'after')")

    assert conn.execute("SELECT count(*) AS rows, sum(n) AS n FROM a").fetchone() == {"rows": 21, "n": 190}
    assert conn.execute("SELECT n, t FROM b ORDER BY n, t").fetchall() == [
        {"n": 7, "t": "x"},
        {"n": 7, "t": None},
        {"n": 8, "t": "after"},
    ]


def test_what_is_joined_cannot_be_fetched(conn: Connection):
    with pytest.raises(psycopg.ProgrammingError), transaction(conn) as tx, tx.as_one():
        tx.execute("SELECT 1").fetchone()


def test_rows_get_their_numbers_in_order(conn: Connection):
    conn.execute("CREATE TABLE a (position int GENERATED ALWAYS AS IDENTITY, n int)")

    with transaction(conn) as tx:
        tx.insert("INSERT INTO a (n)", [(number,) for number in range(30)])
        tx.insert("INSERT INTO a (n)", [])

    assert conn.execute("SELECT n FROM a ORDER BY position").fetchall() == [{"n": number} for number in range(30)]


# ---------------------------------------------------------------- errors


def test_the_first_error_of_a_round_trip_is_raised_and_what_follows_has_not_run(conn: Connection):
    conn.execute("CREATE TABLE a (n int CONSTRAINT only_once UNIQUE)")
    cursors: list[Cursor] = []
    with pytest.raises(psycopg.errors.UniqueViolation) as raised, transaction(conn) as tx:
        cursors += [tx.execute("INSERT INTO a VALUES (%s) RETURNING n", [number]) for number in (1, 2, 1, 3)]
        cursors += [tx.execute("SELECT nothing")]
        cursors[0].fetchone()

    assert raised.value.diag.constraint_name == "only_once"
    assert cursors[1].fetchall() == [{"n": 2}]
    with pytest.raises(psycopg.errors.UniqueViolation):
        cursors[2].fetchone()
    for cursor in cursors[3:]:
        with pytest.raises(psycopg.errors.PipelineAborted):
            cursor.fetchone()
    assert conn.execute("SELECT FROM a").fetchall() == []
    with transaction(conn) as tx:  # what could not be prepared then is now
        assert tx.execute("INSERT INTO a VALUES (%s) RETURNING n", [3]).fetchone() == {"n": 3}


def test_a_statement_with_a_mistake_in_it_says_so_itself(conn: Connection):
    with pytest.raises(psycopg.errors.SyntaxError) as raised, transaction(conn) as tx:
        mistake = tx.execute("SELEKT 1")
        with pytest.raises(psycopg.errors.SyntaxError):
            tx.execute("SELECT 1").fetchone()
        mistake.fetchone()

    assert raised.value.diag.statement_position == "1"


def test_what_was_dropped_or_returns_nothing_cannot_be_fetched(conn: Connection):
    dropped: list[Cursor] = []
    with pytest.raises(ZeroDivisionError), transaction(conn) as tx:
        dropped.append(tx.execute("SELECT 1"))
        raise ZeroDivisionError
    with pytest.raises(psycopg.ProgrammingError):
        dropped[0].fetchone()

    with pytest.raises(psycopg.ProgrammingError), reading(conn) as tx:
        tx.execute("SET search_path TO public").fetchone()


def test_an_answer_behind_the_commit_that_fails_undoes_nothing(conn: Connection):
    conn.execute("CREATE TABLE a (n int)")
    with transaction(conn) as tx:
        tx.execute("INSERT INTO a VALUES (1)")
        tx.after_commit(lambda tx: tx.execute("SELECT 1 / 0 AS n"), lambda conn: pytest.fail("there is no answer"))

    assert conn.execute("SELECT n FROM a").fetchall() == [{"n": 1}]


# ---------------------------------------------------------------- lost connections


def end(conn: Connection, database_url: str) -> None:
    with closing(connect(database_url)) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (conn.info.backend_pid,))


def test_a_bug_behind_the_commit_does_not_fail_the_committed_action(conn: Connection):
    def breaks(_: Connection) -> None:
        raise KeyError("Entries")

    with transaction(conn) as tx:
        tx.execute("INSERT INTO timeouts VALUES ('twitch', 'alice', now())")
        tx.after_commit(lambda tx: tx.execute("SELECT 1 AS one"), breaks)

    assert len(conn.execute("SELECT FROM timeouts").fetchall()) == 1


def test_a_commit_that_rolled_back_is_no_success(conn: Connection):
    """COMMIT in a failed transaction answers ROLLBACK, with the status of a success."""
    with pytest.raises(psycopg.errors.InFailedSqlTransaction), transaction(conn) as tx:
        tx.execute("INSERT INTO timeouts VALUES ('twitch', 'alice', now())")
        with suppress(psycopg.Error):
            tx.execute("SELECT 1 / 0").fetchone()


def test_a_connection_lost_before_a_transaction_that_only_writes_is_noticed_before_the_commit(
    conn: Connection, database_url: str
):
    end(conn, database_url)

    with pytest.raises(TryAgain), transaction(conn) as tx:
        tx.execute("INSERT INTO timeouts VALUES ('twitch', 'alice', now())")

    assert conn.closed


def test_a_connection_lost_between_load_and_commit_leaves_it_open(conn: Connection, database_url: str):
    with pytest.raises(psycopg.OperationalError), transaction(conn) as tx:
        tx.execute("SELECT 1").fetchone()
        end(conn, database_url)

    assert conn.closed


def test_a_connection_lost_while_it_waits_says_why(conn: Connection, database_url: str):
    with closing(connect(database_url)) as other, closing(connect(database_url)) as judge:
        other.execute("BEGIN")
        other.execute("LOCK TABLE timeouts")
        pid = conn.info.backend_pid

        def shoot() -> None:
            wait_for_a_lock(judge)
            judge.execute("SELECT pg_terminate_backend(%s)", (pid,))

        shooter = threading.Thread(target=shoot)
        shooter.start()
        with pytest.raises(TryAgain) as raised, reading(conn) as tx:
            tx.execute("SELECT FROM timeouts").fetchone()
        shooter.join()

    assert isinstance(raised.value.__cause__, psycopg.errors.AdminShutdown)
    assert conn.closed


def test_a_commit_that_was_prepared_before_the_connection_was_lost_has_not_succeeded(
    conn: Connection, database_url: str
):
    """A server that crashes still sends what it has answered so far: that COMMIT is prepared, not that it has run."""
    conn.execute(
        """
        CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE WARNING 'sends what is buffered';
            PERFORM pg_sleep(60);
            RETURN NULL;
        END $$;
        CREATE TABLE slow (n int);
        CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait_in_commit();
        """
    )
    with ThreadPoolExecutor(1) as pool, PostgresProxy(database_url) as wire:

        def insert() -> None:
            with closing(connect(wire.url)) as own, transaction(own) as tx:
                tx.execute("INSERT INTO slow VALUES (1)")

        writing = pool.submit(insert)
        while not (
            sleeping := conn.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchall()
        ):
            assert not writing.done()
        wire.__exit__(None, None, None)  # the connection is gone without a word
        with pytest.raises(psycopg.OperationalError):
            writing.result()
    conn.execute("SELECT pg_terminate_backend(%s)", (sleeping[0]["pid"],))


def test_an_interrupted_wait_closes_the_connection(conn: Connection, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(conn, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt), transaction(conn) as tx:
        tx.execute("SELECT 1").fetchone()

    assert conn.closed


# ---------------------------------------------------------------- prepared statements


def prepared(conn: Connection) -> set[str]:
    return {row["statement"] for row in conn.execute("SELECT statement FROM pg_prepared_statements")}


def ask(conn: Connection, query: Any, values: Any = None) -> Any:
    with reading(conn) as tx:
        return tx.execute(query, values).fetchall()


def test_a_statement_is_prepared_once_per_type_of_its_values(conn: Connection):
    for number in (1, 2, 2**40, None, 3):
        ask(conn, "SELECT %s::bigint", [number])

    row = conn.execute("SELECT count(*) AS n FROM pg_prepared_statements").fetchone()
    assert row == {"n": 3}


def test_the_statements_used_last_stay_prepared(conn: Connection):
    for number in range(MAX_PREPARED + 20):
        assert ask(conn, f"SELECT {number} AS n") == [{"n": number}]
        ask(conn, "SELECT 'often'")

    kept = prepared(conn)
    assert len(kept) == MAX_PREPARED
    assert "SELECT 'often'" in kept
    assert f"SELECT {MAX_PREPARED + 19} AS n" in kept


def test_a_statement_with_very_many_values_is_not_prepared(conn: Connection):
    with reading(conn) as tx:
        tx.execute("SELECT " + ", ".join(["%s"] * (MAX_VALUES + 1)), [1] * (MAX_VALUES + 1))  # pyright: ignore[reportArgumentType]

    assert prepared(conn) == set()


def test_behind_a_proxy_nothing_is_prepared(database_url: str):
    with closing(connect(database_url, prepares=False)) as conn:
        with transaction(conn) as tx:
            tx.execute("INSERT INTO timeouts VALUES ('twitch', %s, now())", ("alice",))
        assert ask(conn, "SELECT %s AS n", [1]) == [{"n": 1}]

        assert prepared(conn) == set()
        assert conn.statement_seconds is None


@pytest.mark.parametrize("run", [reading, transaction])
def test_a_changed_schema_costs_one_repetition(conn: Connection, database_url: str, run: Any):
    conn.execute("CREATE TABLE a AS SELECT 1 AS n")

    def look() -> Any:
        with run(conn) as tx:
            return tx.execute("SELECT * FROM a").fetchall()

    assert look() == [{"n": 1}]
    with closing(connect(database_url)) as other:
        other.execute("ALTER TABLE a ADD m int")

    with pytest.raises(TryAgain):
        look()
    assert look() == [{"n": 1, "m": None}]


def test_prepared_statements_that_are_gone_cost_one_repetition(conn: Connection):
    ask(conn, "SELECT 1 AS n")
    conn.execute("DEALLOCATE ALL")

    with pytest.raises(TryAgain):
        ask(conn, "SELECT 1 AS n")
    assert ask(conn, "SELECT 1 AS n") == [{"n": 1}]


# ---------------------------------------------------------------- beside psycopg


def test_between_ours_psycopgs_own_statements_work_as_ever(conn: Connection):
    for _ in range(3):
        with transaction(conn) as tx:
            tx.execute("INSERT INTO timeouts VALUES ('twitch', %s, now())", (str(uuid4()),))
        with conn.transaction():
            assert conn.execute("SELECT %s AS n", [1]).fetchone() == {"n": 1}
        with conn.pipeline():
            conn.execute("SELECT 1")
        conn.execute("CREATE TABLE a (); DROP TABLE a")
        with pytest.raises(psycopg.errors.UndefinedTable):
            conn.execute("SELECT FROM a")

    row = conn.execute("SELECT count(*) AS n FROM timeouts").fetchone()
    assert row == {"n": 3}


def test_notices_and_notifications_arrive(conn: Connection, database_url: str):
    heard: list[str] = []
    conn.add_notify_handler(lambda notification: heard.append(notification.payload))
    conn.add_notice_handler(lambda notice: heard.append(notice.message_primary or ""))
    with reading(conn) as tx:
        tx.execute("LISTEN news")
    with closing(connect(database_url)) as other:
        other.execute("NOTIFY news, 'from another'")

    with transaction(conn) as tx:
        tx.execute("DO $$ BEGIN RAISE NOTICE 'a notice'; END $$")
        tx.execute("SELECT pg_notify('news', 'from ourselves')")

    assert sorted(heard) == ["a notice", "from another", "from ourselves"]


def test_types_of_rows_are_those_of_the_columns(conn: Connection):
    now, id = datetime.now(UTC), uuid4()
    with transaction(conn) as tx:
        found = tx.execute(
            "SELECT %s::uuid AS id, %s::timestamptz AS now, 1.50::numeric AS n, date '2026-01-02' AS day", (id, now)
        )

    assert found.fetchall() == [{"id": id, "now": now, "n": Decimal("1.50"), "day": date(2026, 1, 2)}]
