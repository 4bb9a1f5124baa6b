"""10,000 personas, a million posts, a million happenings: what people look at takes at most 50 ms in the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import psycopg.sql
import pytest

from kernel.database import Connection, Tx, connect, reading
from kernel.migrations import migrate
from kernel.statements import Params, converted
from local.stack.postgres import Postgres
from personas.battles import service as battles
from personas.digests import clock, queries, rules
from personas.digests import service as digests
from personas.digests.candidates import list_candidates
from personas.feed import service as feed
from personas.happenings.rules import SEEN_EVENTS
from personas.moderation import service as moderation
from personas.mutes import service as mutes
from personas.notices import service as notices
from personas.people import service as people
from personas.posts import service as posts
from personas.profiles import service as profiles
from personas.threads import service as threads
from tests.support.database_time import computed_milliseconds
from tests.support.migrations import MIGRATIONS
from tests.support.persona_crowd import fill, id_of

MOST_MILLISECONDS = 50
TRIES = 5

NOW = datetime.now(UTC)
WEEK = timedelta(days=7)

SMALL = {"rooms", "templates"}
"""Tables that may be read whole."""

EVERYONE = id_of("account", 7)
"""Follows 21 personas."""
FAN = id_of("account", 0)
"""Follows 500 personas."""
MUTER = id_of("account", 5)
"""Has muted 500 personas and 500 people."""
A_ROOM = id_of("room", 3)
A_BATTLE = id_of("post", 999_990)
A_POST = id_of("post", 999_991)


def candidates(tx: Tx, account_id: UUID) -> object:
    return list_candidates(tx, account_id, SEEN_EVENTS).fetchall()


def clock_question(tx: Tx) -> object:
    question = f"SELECT {clock.DAILY_DUE} AS daily, {clock.WEEKLY_DUE} AS weekly"
    return tx.execute(question, [tx.now] * question.count("%s")).fetchall()


LOOKS: dict[str, Callable[[Tx], object]] = {
    "feed": lambda tx: feed.home(tx, EVERYONE),
    "feed of a fan": lambda tx: feed.home(tx, FAN),
    "profile": lambda tx: profiles.look_at(tx, "persona-7", EVERYONE),
    "profile of the busiest": lambda tx: profiles.look_at(tx, "persona-0"),
    "page of posts": lambda tx: profiles.list_posts(tx, "persona-0"),
    "own personas": lambda tx: people.list_own(tx, EVERYONE),
    "room": lambda tx: posts.list_in_room(tx, A_ROOM, EVERYONE),
    "room of someone who mutes": lambda tx: posts.list_in_room(tx, A_ROOM, MUTER),
    "mutes": lambda tx: mutes.list_own(tx, MUTER),
    "open reports": lambda tx: moderation.list_reports(tx, decided=False),
    "decided reports": lambda tx: moderation.list_reports(tx, decided=True),
    "asking for replies": lambda tx: threads.ask_replies(tx, EVERYONE, A_POST, list),
    "thread": lambda tx: threads.read_thread(tx, EVERYONE, A_POST),
    "thread of someone who mutes": lambda tx: threads.read_thread(tx, MUTER, A_POST),
    "battle": lambda tx: battles.read_public(tx, A_BATTLE),
    "notifications": lambda tx: notices.list_of(tx, EVERYONE, 100),
    "weekly digest": lambda tx: digests.read_weekly(tx, EVERYONE),
    "clock's question": clock_question,
    "pick of daily digests": lambda tx: queries.list_untold(tx, 500).fetchall(),
    "pick of weekly digests": lambda tx: queries.list_accounts_due(tx, rules.week_of(tx.now), 100).fetchall(),
    "pick when all are due": lambda tx: queries.list_accounts_due(tx, rules.week_of(tx.now) + WEEK, 100).fetchall(),
    "candidates of a weekly digest": lambda tx: candidates(tx, EVERYONE),
    "candidates of a fan's": lambda tx: candidates(tx, FAN),
}


class Statement(NamedTuple):
    sql: str
    values: list[Any]


class Explained(NamedTuple):
    """What the database did for a look.

    Attributes:
        read_whole: large tables that were read from beginning to end.
    """

    milliseconds: float
    read_whole: set[str]
    plans: list[Any]


class Recorder(Tx):
    """A transaction that notes what it executes."""

    __slots__ = ("statements",)

    def __init__(self, tx: Tx) -> None:
        super().__init__(tx._queue, tx.now, tx.rng)
        self.statements: list[Statement] = []

    def execute(self, query: Any, params: Params | None = None) -> Any:
        text = converted(query) if params is not None else None
        if text is None:
            self.statements.append(Statement(query, []))
        elif isinstance(params, dict):
            self.statements.append(Statement(text.sql.decode(), [params[name] for name in text.names or ()]))
        else:
            self.statements.append(Statement(text.sql.decode(), list(params or ())))
        return super().execute(query, params)


@pytest.fixture(scope="module")
def crowd(postgres: Postgres) -> Iterator[Connection]:
    url = postgres.create_database("many_personas")
    migrate(url, MIGRATIONS)
    fill(url, NOW)
    with closing(connect(url, statement_seconds=60)) as conn:
        yield conn
    postgres.drop_database("many_personas")


def explained(conn: Connection, look: Callable[[Tx], object]) -> Explained:
    with reading(conn, now=NOW) as tx:
        recorder = Recorder(tx)
        look(recorder)
    # With a plan for any values, as a connection has that has prepared the statement long ago; and by itself alone.
    conn.execute("SET plan_cache_mode = force_generic_plan")
    conn.execute("SET max_parallel_workers_per_gather = 0")
    names = [_prepare(conn, number, each) for number, each in enumerate(recorder.statements)]
    plans = [_explain(conn, name) for name in names]
    milliseconds = min(_busy(conn, names) for _ in range(TRIES))  # before, it reads from the disk
    for number in range(len(names)):
        conn.execute(f"DEALLOCATE look_{number}".encode())
    whole = {table for plan in plans for table in _read_whole(plan)} - SMALL
    return Explained(milliseconds, whole, plans)


def _prepare(conn: psycopg.Connection[Any], number: int, statement: Statement) -> str:
    """Prepare a statement; returns how to execute it."""
    conn.execute(f"PREPARE look_{number} AS {statement.sql}".encode())
    values = ", ".join(psycopg.sql.Literal(value).as_string(conn) for value in statement.values)
    return f"look_{number}({values})" if values else f"look_{number}"


def _explain(conn: psycopg.Connection[Any], name: str) -> Any:
    with conn.transaction(force_rollback=True):
        row = conn.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {name}".encode()).fetchone()
    assert row is not None
    [plan] = row["QUERY PLAN"]
    return plan["Plan"]


def _busy(conn: psycopg.Connection[Any], names: list[str]) -> float:
    """Return for how many milliseconds the database computes."""
    before = computed_milliseconds(conn)
    with conn.transaction(force_rollback=True):
        for name in names:
            conn.execute(f"EXECUTE {name}".encode())
    return computed_milliseconds(conn) - before


def _read_whole(node: Any) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from _read_whole(inner)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKS)
def test_a_look_takes_at_most_50_ms_in_the_database(crowd: Connection, name: str):
    found = explained(crowd, LOOKS[name])

    print(f"{name}: {found.milliseconds:.1f} ms")
    assert found.read_whole == set(), json.dumps(found.plans, indent=1)
    assert found.milliseconds <= MOST_MILLISECONDS, json.dumps(found.plans, indent=1)
