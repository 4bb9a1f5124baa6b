"""The daily retention: deleted in parts, each feature in transactions of its own. A failure stops no other."""

from __future__ import annotations

from time import monotonic

import pytest

from functions.shared.clock_retention.app import do_all, handler
from kernel import idempotency
from kernel.database import Connection, Tx
from kernel.retention import PART


def store_old_answers(conn: Connection, count: int) -> None:
    conn.execute(
        """
        INSERT INTO idempotency_keys (caller, path, key, status, body, request_hash, created_at)
        SELECT 'ann', '/', n::text, 200, '{}', '', now() - n * interval '1 second' - interval '1 day'
        FROM generate_series(1, %s) AS n
        """,
        (count,),
    )


def count_answers(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) AS n FROM idempotency_keys").fetchone()
    assert row is not None
    return row["n"]


def test_a_backlog_is_deleted_in_parts(environment: Connection):
    store_old_answers(environment, PART + 5)
    left: list[int] = []

    def delete(tx: Tx) -> bool:
        left.append(count_answers(environment))
        return idempotency.delete_expired(tx)

    do_all({"answers": delete}, monotonic() + 60)

    assert (left, count_answers(environment)) == ([PART + 5, 5], 0)


def test_one_that_fails_stops_no_other(environment: Connection):
    store_old_answers(environment, 5)

    def fail(tx: Tx) -> bool:
        tx.execute("SELECT 1 / 0").fetchone()
        return True

    with pytest.raises(ExceptionGroup, match="some of the retention failed"):
        do_all({"broken": fail, "answers": idempotency.delete_expired}, monotonic() + 60)

    assert count_answers(environment) == 0


def test_those_with_a_backlog_take_turns(environment: Connection):
    done: list[str] = []

    def work(name: str, parts: int) -> bool:
        done.append(name)
        return done.count(name) < parts

    do_all({"long": lambda tx: work("long", 3), "short": lambda tx: work("short", 1)}, monotonic() + 60)

    assert done == ["long", "short", "long", "long"]


def test_what_is_left_when_the_time_ends_waits_for_the_next_run(environment: Connection):
    store_old_answers(environment, 5)

    do_all({"answers": idempotency.delete_expired}, monotonic())
    assert count_answers(environment) == 5

    handler({}, None)
    assert count_answers(environment) == 0
