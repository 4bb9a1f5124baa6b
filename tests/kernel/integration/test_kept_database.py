"""A test finds the database under `conn` as if it were new, no matter what the one before has done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from kernel.database import Connection, connect, transaction
from local.stack.postgres import Postgres
from tests.support.factories import make_player
from tests.support.kept_database import KeptDatabase, make_original


@pytest.fixture(scope="module")
def kept(postgres: Postgres, template_database: str) -> Iterator[KeptDatabase]:
    made = KeptDatabase(postgres, make_original(postgres, template_database))
    yield made
    made.close()


def stored(conn: Connection) -> dict[str, Any]:
    """The rows of every table, and where the sequences are."""
    found: dict[str, Any] = {}
    for row in conn.execute("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'").fetchall():
        query: Any = f"SELECT one::text FROM {row['name']} AS one ORDER BY 1"
        found[row["name"]] = conn.execute(query).fetchall()
    found["sequences"] = conn.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    return found


def test_rows_and_sequences_come_back(kept: KeptDatabase):
    conn = kept.take()
    new, name = stored(conn), conn.info.dbname
    with transaction(conn) as tx:
        make_player(tx, money=7)
        tx.execute(
            "INSERT INTO events (event_id, event_type, payload, created_at) VALUES (gen_random_uuid(), '', '{}', now())"
        )
    conn.execute("UPDATE items SET base_value = base_value + 1; DELETE FROM voting_options")
    assert stored(conn) != new
    kept.give_back()

    again = kept.take()

    assert again.info.dbname == name
    assert stored(again) == new
    kept.give_back()


def test_the_session_begins_anew(kept: KeptDatabase):
    conn = kept.take()
    conn.execute("SET lock_timeout = '7s'; SELECT pg_advisory_lock(7)")
    conn.execute("BEGIN")
    kept.give_back()

    again = kept.take()

    (row,) = again.execute(
        "SELECT current_setting('lock_timeout') AS timeout, (SELECT count(*) FROM pg_locks WHERE objid = 7"
        " AND locktype = 'advisory') AS locks, (SELECT count(*) FROM pg_prepared_statements) AS prepared"
    ).fetchall()
    assert row == {"timeout": "5s", "locks": 0, "prepared": 0}
    kept.give_back()


@pytest.mark.parametrize("change", ["CREATE TABLE more ()", "ALTER TABLE items ADD more int", "ANALYZE items"])
def test_what_cannot_be_undone_costs_a_new_database(kept: KeptDatabase, change: Any):
    conn = kept.take()
    name = conn.info.dbname
    conn.execute(change)
    kept.give_back()

    assert kept.take().info.dbname != name
    kept.give_back()


def test_who_is_still_connected_keeps_the_database(kept: KeptDatabase, postgres: Postgres):
    name = kept.take().info.dbname
    with closing(connect(postgres.url(name))):
        kept.give_back()

    assert kept.take().info.dbname != name
    kept.give_back()
