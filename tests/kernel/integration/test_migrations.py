"""What is in a database already survives the way to the current schema."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from community.catalog.content import items
from community.preparation import prepare
from community.voting import cycle
from kernel.database import connect, transaction
from kernel.migrations import MigrationError, migrate
from local.stack.postgres import Postgres
from tests.support.migrations import MIGRATIONS

SPADE = items.by_name["item_spade"]


@pytest.fixture
def ground_floor(postgres: Postgres, tmp_path: Path) -> Iterator[str]:
    """A database as the first migration left it."""
    shutil.copy(MIGRATIONS / "0001_ground_floor.sql", tmp_path)
    name = f"test_{uuid4().hex}"
    url = postgres.create_database(name)
    migrate(url, tmp_path)
    yield url
    postgres.drop_database(name)


def test_inventories_are_added_up_and_the_community_has_something_to_do(ground_floor: str):
    slots = [
        {"item_id": items.money.item_id, "quantity": 70, "quality": "COMMON"},
        {"item_id": SPADE.item_id, "quantity": 5, "quality": "COMMON"},
        {"item_id": SPADE.item_id, "quantity": 2, "quality": "RARE"},
    ]
    with closing(connect(ground_floor)) as conn:
        for item in (items.money, SPADE):
            conn.execute(
                "INSERT INTO items (item_id, internal_name, public_name, base_value, definition)"
                " VALUES (%s, %s, %s, %s, '{}')",
                (item.item_id, item.internal_name, item.public_name, item.base_value),
            )
        conn.execute("INSERT INTO users (user_id, username) VALUES (%s, 'alice'), (%s, 'bob')", (uuid4(), uuid4()))
        conn.execute(
            "INSERT INTO user_inventory (user_id, inventory_data)"
            " SELECT user_id, %s FROM users WHERE username = 'alice'",
            (Jsonb({"slots": slots}),),
        )
        conn.execute("INSERT INTO user_inventory (user_id) SELECT user_id FROM users WHERE username = 'bob'")

        assert "0002_community.sql" in migrate(ground_floor, MIGRATIONS)
        with transaction(conn) as tx:
            prepare(tx)

        rows = conn.execute("SELECT money, items FROM user_inventory JOIN users USING (user_id) ORDER BY username")
        assert rows.fetchall() == [{"money": 70, "items": 7}, {"money": 0, "items": 0}]
        with transaction(conn) as tx:
            community = cycle.read_voting_state(tx)
        assert community.voting_round is not None
        assert community.progress is not None
        assert community.progress.node_key is not None


def test_events_that_no_listener_was_shown_are_private(ground_floor: str):
    types = ["discord.sync_requested", "events.replay_requested", "item.sold"]
    with closing(connect(ground_floor)) as conn:
        for number, event_type in enumerate(types):
            conn.execute("SELECT ensure_events_partition((now() + make_interval(days => %s))::date)", (2 * number,))
            conn.execute(
                "INSERT INTO events (event_id, event_type, payload, created_at)"
                " VALUES (gen_random_uuid(), %s, '{}', now() + make_interval(days => %s))",
                (event_type, number),
            )
        migrate(ground_floor, MIGRATIONS)

        rows = conn.execute("SELECT event_type, private FROM events ORDER BY event_type").fetchall()
        conn.execute("SELECT ensure_events_partition((now() + make_interval(days => 1))::date)")

        assert [row["event_type"] for row in rows] == types
        assert [row["private"] for row in rows] == [True, True, False]
        assert conn.execute("SELECT event_type, private FROM events ORDER BY event_type").fetchall() == rows


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """A database without tables."""
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


def folder_of(place: Path, **migrations: str) -> Path:
    """Return a folder of migrations: _0001='SQL' becomes 0001.sql."""
    place.mkdir()
    for name, text in migrations.items():
        (place / f"{name.removeprefix('_')}.sql").write_text(text, encoding="utf-8")
    return place


def test_older_code_runs_on_what_later_code_has_migrated(empty: str, tmp_path: Path):
    later = folder_of(tmp_path / "later", _0001="CREATE TABLE a (x int)", _0002="CREATE TABLE b (x int)")
    earlier = folder_of(tmp_path / "earlier", _0002="CREATE TABLE b (x int)")  # 0001 was merged later
    migrate(empty, later)

    assert migrate(empty, earlier) == []
    assert migrate(empty, later) == []


def test_the_migrations_of_a_deployment_are_applied_together_or_not_at_all(empty: str, tmp_path: Path):
    good = {"_0001": "CREATE TABLE a (x int)"}
    migrate(empty, folder_of(tmp_path / "first", **good))
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(empty, folder_of(tmp_path / "bad", **good, _0002="CREATE TABLE b (x int)", _0003="DROP TABLE c"))

    assert migrate(empty, folder_of(tmp_path / "mended", **good, _0002="CREATE TABLE b (y int)")) == ["0002.sql"]


@pytest.mark.parametrize(
    ("here", "problem"),
    [
        ({"_0001": "CREATE TABLE a (y int)", "_0002": "SELECT 2"}, r"changed .*: 0001\.sql"),
        ({"_0001": "CREATE TABLE a (x int)", "_0003": "SELECT 2"}, r"not an earlier version .* 0002\.sql.* 0003\.sql"),
    ],
)
def test_code_with_another_history_than_the_database_is_refused(
    empty: str, tmp_path: Path, here: dict[str, str], problem: str
):
    migrate(empty, folder_of(tmp_path / "there", _0001="CREATE TABLE a (x int)", _0002="SELECT 2"))

    with pytest.raises(MigrationError, match=problem):
        migrate(empty, folder_of(tmp_path / "here", **here))


def test_migrations_from_before_their_hashes_were_noted_are_taken_as_they_are(empty: str, tmp_path: Path):
    with closing(connect(empty)) as conn:
        conn.execute("CREATE TABLE schema_migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())")
        conn.execute("INSERT INTO schema_migrations (name) VALUES ('0001.sql')")

    assert migrate(empty, folder_of(tmp_path / "same", _0001="SELECT 1")) == []
    with pytest.raises(MigrationError, match="changed"):
        migrate(empty, folder_of(tmp_path / "changed", _0001="SELECT 2"))
