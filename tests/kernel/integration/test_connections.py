"""Connections on demand: waited for, shared in a crowd, and replaced when they have died."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from kernel import connections, metrics
from kernel.action import Budget, look, run_action
from kernel.connections import Login, connection, is_open
from kernel.database import Connection, Tx
from kernel.errors import NoFreeConnection, Refused, TryAgain
from tests.support.races import PATIENCE

LIMIT = 15


class No(Refused):
    code = "no"
    message = "No."


@pytest.fixture
def role(conn: Connection) -> Iterator[str]:
    """A role with a limit that may write to a table, and sees which features are on, as every action does."""
    name = f"role_{uuid4().hex}"
    role = sql.Identifier(name)
    conn.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT {}").format(role, LIMIT))
    conn.execute("CREATE TABLE done (number int)")
    conn.execute(sql.SQL("GRANT ALL ON done TO {}").format(role))
    conn.execute(sql.SQL("GRANT USAGE ON SCHEMA kernel TO {0}; GRANT SELECT ON kernel.features TO {0}").format(role))
    yield name
    conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (name,))
    conn.execute(sql.SQL("DROP OWNED BY {}").format(role))
    conn.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def log_in(role: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Make the calling thread an environment of that role which waits for so many seconds."""

    def log_in(patience: float) -> None:
        connections.log_in_with(Login(database_url, patience).as_user(role))

    monkeypatch.setattr(connections._environment, "connection", None)
    monkeypatch.setattr(connections._environment, "login", None)
    # What earlier tests have counted would be saved now, where the role may not write.
    monkeypatch.setattr(metrics, "_environment", metrics._Environment())
    yield log_in
    connections.close()


@pytest.fixture
def taken(role: str, database_url: str) -> Iterator[Callable[[int], Sequence[psycopg.Connection]]]:
    """Take so many of the role's connections."""
    held: list[psycopg.Connection] = []

    def take(number: int) -> Sequence[psycopg.Connection]:
        held.extend(psycopg.connect(database_url, user=role) for _ in range(number))
        return held

    yield take
    for each in held:
        each.close()


def write(tx: Tx) -> None:
    tx.execute("SELECT 1").fetchone()
    tx.execute("INSERT INTO done VALUES (1)")


def read(tx: Tx) -> None:
    tx.execute("SELECT count(*) FROM done").fetchone()


def refuse(tx: Tx) -> None:
    tx.execute("SELECT 1").fetchone()
    raise No


def test_a_crowd_shares_the_connections_of_its_role_and_all_of_it_acts_once(
    log_in: Callable[[float], None], conn: Connection
):
    crowd = 4 * LIMIT
    line = threading.Barrier(crowd)

    def act(number: int) -> None:
        log_in(PATIENCE)
        line.wait(PATIENCE)
        run_action(lambda tx: tx.execute("INSERT INTO done VALUES (%s)", (number,)))
        line.wait(PATIENCE)  # what is open now stays open until then, as in frozen environments
        connections.close()

    with ThreadPoolExecutor(crowd) as environments:
        for each in [environments.submit(act, number) for number in range(crowd)]:
            each.result(PATIENCE)

    rows = conn.execute("SELECT number FROM done ORDER BY number").fetchall()
    assert [row["number"] for row in rows] == list(range(crowd))


def test_without_a_free_connection_an_action_waits_and_says_that_it_may_be_repeated(
    log_in: Callable[[float], None], taken: Callable[[int], object]
):
    taken(LIMIT)
    log_in(0.3)
    began = monotonic()

    with pytest.raises(NoFreeConnection) as caught:
        run_action(write)

    assert isinstance(caught.value, TryAgain)
    assert 0.1 < monotonic() - began < 5


def test_a_budget_waits_for_half_its_time(log_in: Callable[[float], None], taken: Callable[[int], object]):
    taken(LIMIT)
    log_in(PATIENCE)
    began = monotonic()

    with pytest.raises(NoFreeConnection):
        run_action(write, budget=Budget.of(2))

    assert 0.5 < monotonic() - began < 2


def test_a_connection_that_becomes_free_is_taken(
    log_in: Callable[[float], None], taken: Callable[[int], Sequence[psycopg.Connection]], conn: Connection
):
    held = taken(LIMIT)
    log_in(PATIENCE)
    timer = threading.Timer(0.2, held[0].close)
    timer.start()

    run_action(write)

    assert conn.execute("SELECT number FROM done").fetchall() == [{"number": 1}]


@pytest.mark.parametrize("run", [lambda: run_action(write), lambda: look(read)], ids=["action", "look"])
@pytest.mark.parametrize(("others", "stays"), [(10, True), (11, False)])
def test_above_three_quarters_an_environment_closes_its_connection_when_it_is_done(
    log_in: Callable[[float], None],
    taken: Callable[[int], object],
    run: Callable[[], None],
    others: int,
    stays: bool,
):
    taken(others)
    log_in(PATIENCE)

    run()

    assert is_open() == stays


def test_a_refused_player_leaves_the_crowd_too(log_in: Callable[[float], None], taken: Callable[[int], object]):
    taken(LIMIT - 1)
    log_in(PATIENCE)

    with pytest.raises(No):
        run_action(refuse)

    assert not is_open()


def test_a_connection_that_is_kept_asks_again_at_its_tenth_use(
    log_in: Callable[[float], None], taken: Callable[[int], object]
):
    log_in(PATIENCE)
    run_action(write)
    taken(LIMIT - 1)

    stayed: list[bool] = []
    while is_open():
        run_action(write)
        stayed.append(is_open())

    assert stayed == [True] * (connections.ASK_EVERY - 1) + [False]


def test_a_role_without_a_limit_stays(
    log_in: Callable[[float], None], taken: Callable[[int], object], conn: Connection, role: str
):
    conn.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT -1").format(sql.Identifier(role)))
    taken(LIMIT)
    log_in(PATIENCE)

    run_action(write)

    assert is_open()


def test_a_connection_that_the_server_cut_is_replaced_before_it_is_used(
    log_in: Callable[[float], None], conn: Connection, caplog: pytest.LogCaptureFixture
):
    log_in(PATIENCE)
    run_action(write)
    cut = connection()
    conn.execute("SELECT pg_terminate_backend(%s, 5000)", (cut.info.backend_pid,))
    caplog.clear()
    tried: list[int] = []

    run_action(lambda tx: (tried.append(1), write(tx)))

    assert tried == [1]
    assert connection() is not cut
    assert not caplog.records


def test_a_kept_connection_that_dies_before_commit_costs_none_of_the_five_tries(
    log_in: Callable[[float], None], conn: Connection
):
    log_in(PATIENCE)
    run_action(write)
    tried: list[int] = []

    def use_case(tx: Tx) -> None:
        tried.append(1)
        if len(tried) == 1:
            backend = connections._environment.connection
            assert backend is not None
            conn.execute("SELECT pg_terminate_backend(%s, 5000)", (backend.info.backend_pid,))
        tx.execute("SELECT 1").fetchone()
        if len(tried) <= 5:
            raise TryAgain
        write(tx)

    run_action(use_case)

    assert len(tried) == 6


def test_the_server_ends_what_a_frozen_environment_keeps(log_in: Callable[[float], None], conn: Connection):
    log_in(PATIENCE)

    row = run_action(lambda tx: tx.execute("SHOW idle_session_timeout").fetchone())

    assert row == {"idle_session_timeout": f"{connections.IDLE_SECONDS}s"}


def test_a_database_that_is_away_is_waited_for(log_in: Callable[[float], None], database_url: str):
    connections.log_in_with(Login(make_conninfo(database_url, port=1), 0.3))
    began = monotonic()

    with pytest.raises(psycopg.OperationalError):
        run_action(write)

    assert monotonic() - began > 0.1
