"""The basis of the bench's numbers: the counting proxy, and the floor recorded from a use case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from time import perf_counter

import psycopg
import pytest

from community.linking import registration
from community.players.models import PlayerRef
from kernel.database import connect, transaction
from local.bench import actions, floor, recording
from local.tools.postgres_proxy import PostgresProxy

ALICE = PlayerRef("twitch", "bench-alice", "alice")


@pytest.fixture
def wire(database_url: str) -> Iterator[PostgresProxy]:
    with PostgresProxy(database_url) as wire:
        yield wire


def test_the_proxy_counts_a_wait_of_the_client_as_one_round_trip(wire: PostgresProxy):
    with closing(psycopg.connect(wire.url, autocommit=True)) as conn:
        before = wire.round_trips()

        conn.execute("SELECT 1")
        with conn.pipeline():
            for number in range(20):
                conn.execute("SELECT %s", [number])

        assert wire.round_trips() - before == 2


def test_the_proxy_keeps_the_counts_of_closed_connections(wire: PostgresProxy):
    for _ in range(2):
        psycopg.connect(wire.url, autocommit=True).close()

    assert wire.round_trips() >= 2


def test_the_proxy_delivers_more_than_fits_into_a_socket_both_ways(wire: PostgresProxy):
    text = "0123456789" * 500_000

    with closing(psycopg.connect(wire.url, autocommit=True)) as conn:
        answer = conn.execute("SELECT %s::text", [text]).fetchone()

    assert answer == (text,)


def test_simulated_distance_delays_a_round_trip_but_not_the_stream(database_url: str):
    text = "0123456789" * 500_000
    with (
        PostgresProxy(database_url, round_trip_ms=100) as wire,
        closing(psycopg.connect(wire.url, autocommit=True)) as conn,
    ):
        started = perf_counter()
        conn.execute("SELECT 1")
        assert perf_counter() - started >= 0.1

        started = perf_counter()
        conn.execute("SELECT %s::text", [text])
        assert perf_counter() - started < 5  # in 64 KB pieces, each waiting for the one before: 7 s and more


def test_a_disconnect_reaches_the_other_end(database_url: str, wire: PostgresProxy):
    with closing(psycopg.connect(database_url, autocommit=True)) as judge:
        conn = psycopg.connect(wire.url, autocommit=True)
        row = conn.execute("SELECT pg_backend_pid()").fetchone()
        assert row

        judge.execute("SELECT pg_terminate_backend(%s)", row)

        with pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT 1")
        conn.close()


def test_the_floor_sends_what_the_use_case_sends_in_as_many_round_trips(database_url: str):
    register(database_url, ALICE)

    recorded = recording.record(database_url, actions.BY_NAME["add"], ALICE, ALICE)
    script = floor.Scripts([recorded]).texts[0]

    first, second = script.split("\\endpipeline\n")[:2]
    assert first.startswith(
        "\\startpipeline\nBEGIN;\nWITH wanted AS MATERIALIZED (SELECT user_id, person_id FROM users"
    )
    assert "UPDATE user_inventory SET inventory_data = :v" in second
    assert "COMMIT;\n" in second


def test_pgbench_plays_a_recording_with_a_newcomer_each_time(database_url: str):
    pgbench = floor.find_pgbench()
    if pgbench is None:
        pytest.skip("there is no pgbench here")
    recorded = recording.record(database_url, actions.BY_NAME["register (new)"], ALICE, ALICE)
    before = players_in(database_url)

    times = floor.run(pgbench, database_url, [[recorded]], clients=2, seconds=1)

    assert players_in(database_url) - before == len(times) > 0


def register(database_url: str, ref: PlayerRef) -> None:
    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        registration.register(tx, ref, ref)


def players_in(database_url: str) -> int:
    with closing(psycopg.connect(database_url)) as conn:
        row = conn.execute("SELECT count(*) FROM users").fetchone()
    assert row
    return row[0]
