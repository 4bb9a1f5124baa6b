"""Attacks on what was just built; each test fails where there is a bug."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from kernel import connections, event_bridge
from kernel.action import run_action
from kernel.connections import Login
from kernel.database import Connection, Tx, connect, transaction
from kernel.exclusive import ExclusiveLock


@pytest.fixture
def crowded_role(conn: Connection, database_url: str) -> Iterator[str]:
    """A role of which 8 of 10 connections are taken."""
    name = f"role_{uuid4().hex}"
    role = sql.Identifier(name)
    conn.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 10").format(role))
    held = [psycopg.connect(database_url, user=name) for _ in range(8)]
    yield name
    for each in held:
        each.close()
    conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (name,))
    conn.execute(sql.SQL("DROP ROLE {}").format(role))


def holders(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted").fetchone()
    assert row
    return row["n"]


def test_a_lock_that_is_said_to_be_taken_is_taken_in_a_crowd(
    conn: Connection, database_url: str, crowded_role: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections._environment, "connection", None)
    monkeypatch.setattr(connections._environment, "login", None)
    connections.log_in_with(Login(database_url, 5).as_user(crowded_role))
    lock = ExclusiveLock("relay")
    try:
        assert lock.acquire()
        sleep(0.2)
        assert holders(conn) == 1, "acquire() said yes, but nobody holds the lock"
    finally:
        lock.release()
        connections.close()


def test_two_environments_do_not_both_have_the_lock_in_a_crowd(
    conn: Connection, database_url: str, crowded_role: str
):
    line = threading.Barrier(2)

    def environment(_: int) -> bool:
        connections.log_in_with(Login(database_url, 5).as_user(crowded_role))
        lock = ExclusiveLock("relay")
        try:
            line.wait(10)
            sleep(0.3 * _)
            got = lock.acquire()
            line.wait(10)
            return got
        finally:
            lock.release()
            connections.close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(environment, range(2))) == [False, True]


def _one_row(tx: Tx):
    return tx.execute("SELECT 1 AS one")


def test_a_bug_behind_the_commit_does_not_fail_the_committed_action(conn: Connection):
    def breaks(_: Connection) -> None:
        raise KeyError("Entries")

    with transaction(conn) as tx:
        tx.execute("INSERT INTO timeouts VALUES ('twitch', 'alice', now())")
        tx.after_commit(_one_row, breaks)


def test_a_commit_that_rolled_back_is_no_success(conn: Connection):
    """COMMIT in an aborted transaction answers ROLLBACK, with the status of a success."""
    with pytest.raises(Exception), transaction(conn) as tx:
        tx.execute("INSERT INTO timeouts VALUES ('twitch', 'alice', now())")
        with suppress(psycopg.Error):
            tx.execute("SELECT 1 / 0").fetchone()
