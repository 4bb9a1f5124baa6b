"""A lock of a session in a crowd, where others give their connections back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from kernel import connections
from kernel.connections import Login
from kernel.database import Connection
from kernel.exclusive import ExclusiveLock


@pytest.fixture
def crowded_role(conn: Connection, database_url: str) -> Iterator[str]:
    """A role of which 8 of 10 connections are taken. It may write, as a function's may: each counts its requests."""
    name = f"role_{uuid4().hex}"
    role = sql.Identifier(name)
    conn.execute(
        sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 10 IN ROLE pg_read_all_data, pg_write_all_data").format(role)
    )
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
        assert holders(conn) == 1
    finally:
        lock.release()
        connections.close()


def test_two_environments_do_not_both_have_the_lock_in_a_crowd(conn: Connection, database_url: str, crowded_role: str):
    line = threading.Barrier(2)

    def environment(number: int) -> bool:
        connections.log_in_with(Login(database_url, 5).as_user(crowded_role))
        lock = ExclusiveLock("relay")
        try:
            if number:
                line.wait(10)  # until the other has tried
            acquired = lock.acquire()
            if not number:
                line.wait(10)
            line.wait(10)
            return acquired
        finally:
            lock.release()
            connections.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(environment, range(2))) == [True, False]
