"""A database that an earlier version has played on keeps everything when this version takes over.

The dump is a chat evening of twenty viewers on migrations 0001 to 0004, with a gamble that waits for players and a
timed craft in the works. It was made by `pg_dump --inserts`.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from community.catalog.content import items
from community.deliveries import clock as deliveries
from community.gambles import clock as gambles
from community.inventory.models import Inventory
from community.preparation import prepare
from kernel.database import Connection, connect, transaction
from kernel.migrations import migrate
from local.stack.postgres import Postgres
from tests.support.migrations import MIGRATIONS

DUMP = Path(__file__).parent / "dumps" / "community-0004.sql.gz"
PLAYED = datetime(2026, 11, 28, 19, 30, tzinfo=UTC)
WRITTEN_BY_PREPARE = {
    "config_sync_metadata",
    "items",
    "progression_nodes",
    "schema_migrations",
    "world",
    "world_documents",
}
"""Mirrors of the content, what records that it was mirrored, and the version that tells caches so."""

Rows = list[Mapping[str, Any]]


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """A database as the earlier version left it."""
    name = f"earlier_{uuid4().hex}"
    address = postgres.create_database(name)
    with psycopg.connect(address, autocommit=True) as conn:
        conn.execute(gzip.decompress(DUMP.read_bytes()))
    yield address
    postgres.drop_database(name)


def test_every_row_is_there_after_the_migrations(url: str):
    before = tables(url)
    assert (len(before["users"]), len(before["gambles"]), len(before["deliveries"])) == (20, 2, 2)

    take_over(url)

    after = tables(url)
    for table, rows in before.items():
        if table not in WRITTEN_BY_PREPARE:
            known = rows[0].keys() if rows else ()
            now = [{column: row[column] for column in known} for row in after[table]]
            assert [row for row in now if row not in ADDED] == rows, table


def test_what_was_in_flight_arrives(url: str):
    take_over(url)
    with closing(connect(url)) as conn:
        held = holdings(conn)
        with transaction(conn, now=PLAYED + timedelta(hours=2)) as tx:
            ended = gambles.execute_due(tx, None)
        while True:
            with transaction(conn, now=PLAYED + timedelta(hours=2)) as tx:
                if not deliveries.deliver_due(tx):
                    break
        arrived = holdings(conn)

    assert len(ended) == 1
    gained = {name: arrived[name] - held.get(name, 0) for name in arrived if arrived[name] != held.get(name, 0)}
    # The only participant of the gamble gets the stake back; the works hold 2 + 1 by a masterwork, and 2.
    assert gained == {"crate": 3, "firepot": 5}


def take_over(url: str) -> None:
    """What a deployment of this version does to the database."""
    migrate(url, MIGRATIONS)
    with closing(connect(url)) as conn, transaction(conn, now=PLAYED) as tx:
        prepare(tx)


def tables(url: str) -> dict[str, Rows]:
    """Every row of every table, in one order."""
    with closing(connect(url)) as conn:
        names = conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition"
        ).fetchall()
        return {
            row["relname"]: sorted(
                # As JSON, because Python has no time for -infinity.
                (each["row"] for each in conn.execute(_ROWS.format(sql.Identifier(row["relname"])))),
                key=repr,
            )
            for row in names
        }


ADDED = [{"platform": "web"}]
"""What later migrations have put into tables that were there before."""

_ROWS = sql.SQL("SELECT to_jsonb(each_row) AS row FROM {} AS each_row")


def holdings(conn: Connection) -> dict[str, int]:
    """{public name: how many} of all players together."""

    total: dict[str, int] = {}
    for row in conn.execute("SELECT inventory_data FROM user_inventory").fetchall():
        for slot in Inventory.from_json(row["inventory_data"]).slots:
            name = items.by_id[slot.item_id].public_name
            total[name] = total.get(name, 0) + slot.quantity
    return total


def test_running_timeouts_find_their_players_and_ids_are_tidied(url: str):
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("UPDATE user_platform_links SET seen_at = '2020-01-01'")
        conn.execute(
            """
            INSERT INTO users (user_id, username) VALUES (gen_random_uuid(), 'new'), (gen_random_uuid(), 'odd');
            INSERT INTO user_platform_links (user_id, platform, platform_user_id, username)
            SELECT user_id, 'youtube', CASE username WHEN 'odd' THEN E' 4711.0\\u200B' ELSE 'new' END, 'Someone'
            FROM users WHERE username IN ('new', 'odd');
            UPDATE user_platform_links SET seen_at = '2020-01-01' WHERE platform_user_id <> 'new';
            INSERT INTO timeouts (platform, username, expires_at, reason) VALUES
                ('youtube', 'someone', now() + interval '1 hour', 'spam'),
                ('youtube', 'stranger', now() + interval '1 hour', 'spam'),
                ('twitch', 'over', now() - interval '1 hour', 'spam');
            """
        )

        migrate(url, MIGRATIONS)

        silenced = "SELECT username, reason FROM player_timeouts JOIN users USING (user_id)"
        assert conn.execute(silenced).fetchall() == [("new", "spam")]
        left = conn.execute("SELECT username FROM timeouts WHERE expires_at > now()").fetchall()
        assert left == [("stranger",)]
        ids = "SELECT platform_user_id FROM user_platform_links WHERE platform = 'youtube' AND username = 'Someone'"
        assert sorted(conn.execute(ids).fetchall()) == [("4711",), ("new",)]
