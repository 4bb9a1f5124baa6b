"""From nothing to a database that this code can play on, and again, and again."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from community.catalog.content import items
from community.preparation import prepare
from community.progression.content import tree
from functions.shared.clock_retention.app import handler as clock_retention
from functions.shared.migrate.app import handler as migrate_handler
from kernel import connections as database
from kernel.content.errors import ContentError
from kernel.database import Connection, Tx, connect, transaction
from kernel.events import service as events
from kernel.migrations import MigrationError, migrate
from kernel.roles import ConnectionLimits, create_roles, grant_tables
from local.stack.postgres import Postgres
from tests.support.migrations import MIGRATIONS


def test_migrating_again_changes_nothing(database_url: str):
    assert migrate(database_url, MIGRATIONS) == []


def test_a_database_newer_than_the_code_is_refused(database_url: str, tmp_path: Path):
    (tmp_path / "0001_other.sql").write_text("SELECT 1")

    with pytest.raises(MigrationError, match="newer than this code: it knows 0001_ground_floor.sql"):
        migrate(database_url, tmp_path)


def test_a_migration_that_fails_leaves_no_trace(database_url: str, tmp_path: Path):
    for file in MIGRATIONS.glob("*.sql"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "9998_good.sql").write_text("CREATE TABLE kept (x int)")
    (tmp_path / "9999_bad.sql").write_text("CREATE TABLE lost (x int); SELECT 1/0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(database_url, tmp_path)

    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT to_regclass('kept') IS NOT NULL, to_regclass('lost') IS NULL").fetchone() == (
            True,
            True,
        )


def test_content_is_taken_in_once(tx: Tx):
    assert prepare(tx) == []


def test_changed_content_is_taken_in_again(tx: Tx):
    tx.execute("UPDATE config_sync_metadata SET sha256 = 'old' WHERE config_name = 'items.json'")
    tx.execute("UPDATE items SET base_value = 1")

    assert prepare(tx) == ["items.json"]

    row = tx.execute("SELECT base_value FROM items WHERE internal_name = 'guard_buckler'").fetchone()
    assert row == {"base_value": 1000}


def test_nodes_that_unlock_themselves_are_unlocked(tx: Tx):
    rows = tx.execute("SELECT node_key FROM progression_unlocks JOIN progression_nodes USING (node_id)").fetchall()

    assert {row["node_key"] for row in rows} == {node.key for node in tree.nodes.values() if node.auto_unlock}
    assert len(rows) == 4


def test_an_id_that_belongs_to_another_item_stops_the_start(tx: Tx):
    tx.execute("DELETE FROM config_sync_metadata")
    tx.execute("UPDATE items SET internal_name = 'item_shovel' WHERE internal_name = 'item_spade'")

    with pytest.raises(ContentError, match=r"items\.json: .*item_spade.*'item_shovel' in this database already"):
        prepare(tx)


def test_the_log_has_room_for_two_weeks_and_forgets_after_ten_days(conn: Connection):
    with transaction(conn, now=datetime.now(UTC) - timedelta(days=20)) as tx:
        events.ensure_partitions_ahead(tx)
    conn.execute(
        "INSERT INTO events (event_id, event_type, payload, created_at)"
        " SELECT gen_random_uuid(), 'test', '{}', now() - day * interval '1 day' FROM generate_series(0, 30) AS day"
    )
    with transaction(conn) as tx:
        events.ensure_partitions_ahead(tx)
        dropped = events.drop_old(tx)

    assert len(dropped) == 10
    rows = conn.execute(
        "SELECT count(*) AS n, min(created_at) > now() - interval '11 days' AS fresh FROM events"
        " WHERE event_type = 'test'"
    ).fetchone()
    assert rows == {"n": 11, "fresh": True}


def test_what_landed_beside_its_partition_moves_in(conn: Connection):
    later = datetime.now(UTC) + timedelta(days=40)
    with transaction(conn, now=later) as tx:
        tx.execute(
            "INSERT INTO events (event_id, event_type, payload, created_at)"
            " VALUES (gen_random_uuid(), 'test', '{}', %s)",
            (later,),
        )
        events.ensure_partitions_ahead(tx)

    row = conn.execute("SELECT tableoid::regclass::text AS home FROM events WHERE event_type = 'test'").fetchone()
    assert row == {"home": f"events_{later:%Y_%m_%d}"}


def test_the_retention_clock_may_run_twice_at_once(environment_of: Connection):
    assert clock_retention({}, None) == {"dropped": []}
    assert clock_retention({}, None) == {"dropped": []}


@pytest.fixture
def environment_of(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(database._environment, "connection", conn, raising=False)
    return conn


def test_a_deployment_makes_its_users_and_the_app_can_play_but_not_build(postgres: Postgres):
    url = postgres.create_database("deployment")
    with closing(psycopg.connect(url, autocommit=True)) as master:
        master.execute("CREATE ROLE rds_iam")
        try:
            for _ in range(2):
                create_roles(master, "deployment", ConnectionLimits(app=3, clock=2, stream=1))
            migrate(make_conninfo(url, user="brandish_owner"), MIGRATIONS)
            with closing(connect(url, user="brandish_owner")) as owner:
                with transaction(owner) as tx:
                    prepare(tx)
                grant_tables(owner)
            with closing(connect(url, user="brandish_app")) as app:
                row = app.execute("SELECT count(*) AS n FROM items").fetchone()
                assert row == {"n": len(items.by_name)}
                app.execute("UPDATE world SET version = gen_random_uuid()")
                for forbidden in (
                    "DROP TABLE items",
                    "CREATE TABLE x (y int)",
                    "DELETE FROM schema_migrations",
                ):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        app.execute(forbidden)
            with closing(connect(url, user="brandish_clock")) as clock:
                clock.execute("UPDATE world SET version = gen_random_uuid()")
            with closing(connect(url, user="brandish_stream")) as stream:
                stream.execute("SELECT FROM events")
                stream.execute("DELETE FROM stream_clients")
                for forbidden in ("DELETE FROM events", "SELECT FROM users"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        stream.execute(forbidden)
            rows = master.execute("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname LIKE 'brandish%'")
            assert dict(rows.fetchall()) == {
                "brandish_app": 3,
                "brandish_clock": 2,
                "brandish_owner": -1,
                "brandish_stream": 1,
            }
        finally:
            postgres.drop_database("deployment")
            with closing(psycopg.connect(postgres.url(), autocommit=True)) as server:
                server.execute("DROP ROLE rds_iam")  # the others stay: they may have rights in other databases


def test_migrate_lets_the_first_administrator_in(
    environment_of: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    from dataclasses import replace

    import functions.shared.migrate.app

    monkeypatch.setattr(
        functions.shared.migrate.app,
        "settings",
        replace(functions.shared.migrate.app.settings, database_url=database_url),
    )
    key_hash = "ab" * 32

    assert migrate_handler({"admin_key_sha256": key_hash}, None) == {"applied": [], "content": []}
    migrate_handler({"admin_key_sha256": key_hash}, None)

    rows = environment_of.execute("SELECT key_hash, name, role FROM api_keys").fetchall()
    assert rows == [{"key_hash": key_hash, "name": "admin", "role": "admin"}]
