"""A backlog of 50,000 events with poison among them: the rest flows in order, and the poison waits until it can too."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import pytest

from kernel.database import Connection
from tests.promises import modules

EVENTS = 50_000
EVERY = 10
"""One in so many is a sale, which the tally counts; the others go no further than to listeners."""
POISON = 25
"""Sales that no tally can count until it is mended."""

_BACKLOG: LiteralString = """
    INSERT INTO events (event_id, event_type, payload, metadata, created_at)
    SELECT gen_random_uuid(), CASE n %% %(every)s WHEN 0 THEN 'item.sold' ELSE 'note' END,
           jsonb_build_object('n', n, 'quantity', 1, 'money_gained', 40, 'user_id', gen_random_uuid(), 'item_name',
                              CASE n %% (%(events)s / %(poison)s) WHEN 0 THEN 'poison' ELSE 'item_spade' END),
           '{"version": "1.0"}', now()
    FROM generate_series(1, %(events)s) AS n ORDER BY n
"""
_TOO_LARGE: LiteralString = """
    INSERT INTO events (event_id, event_type, payload, created_at)
    VALUES (gen_random_uuid(), 'note', jsonb_build_object('text', repeat('x', 300000)), now())
"""
"""The bus never takes it."""
_DEADLY: tuple[LiteralString, ...] = (
    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it is poison'; END $$",
    """
    CREATE TRIGGER deadly BEFORE INSERT OR UPDATE ON business_counters
    FOR EACH ROW WHEN (NEW.label = 'poison') EXECUTE FUNCTION fail()
    """,
)
_OUT_OF_ORDER: LiteralString = """
    SELECT position FROM (
        SELECT position, published_at, max(published_at) OVER (ORDER BY position) AS latest_before FROM events
    ) AS published
    WHERE published_at < latest_before
"""


@contextmanager
def a_stack_behind(url: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = modules.start("tests.promises.backlog", url, str(folder), DATABASE_URL=url)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def depths(process: subprocess.Popen[str]) -> dict[str, int]:
    """{queue: messages}, when the process reports them; what functions print comes in between."""
    assert process.stdout is not None
    line = next(line for line in process.stdout if line.startswith("depths "))
    return {name: depth for name, depth in json.loads(line.removeprefix("depths ")).items() if depth}


def sold(conn: Connection) -> dict[str, int]:
    rows = conn.execute("SELECT label, total FROM business_counters WHERE metric = 'items_sold_total'").fetchall()
    return {row["label"]: row["total"] for row in rows}


@pytest.mark.slow
def test_a_backlog_with_poison_drains_in_order_and_the_poison_is_redriven(
    conn: Connection, database_url: str, tmp_path: Path
):
    conn.execute(_BACKLOG, {"events": EVENTS, "every": EVERY, "poison": POISON})
    conn.execute(_TOO_LARGE)
    for statement in _DEADLY:
        conn.execute(statement)

    with a_stack_behind(database_url, tmp_path) as process:
        assert depths(process) == {"DeadLetters": POISON}
        assert sold(conn) == {"item_spade": EVENTS // EVERY - POISON}
        assert conn.execute(_OUT_OF_ORDER).fetchall() == []
        given_up = conn.execute("SELECT payload ? 'n' AS n FROM events WHERE published_at IS NULL").fetchall()
        assert given_up == [{"n": False}]

        conn.execute("DROP TRIGGER deadly ON business_counters")
        assert process.stdin is not None
        process.stdin.write("mended\n")
        process.stdin.flush()

        assert depths(process) == {}
        assert sold(conn) == {"item_spade": EVENTS // EVERY - POISON, "poison": POISON}
