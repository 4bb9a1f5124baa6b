"""From nothing to a database that this code can play on, and again, and again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from community.catalog.content import items
from community.preparation import prepare
from community.progression.content import tree
from functions.shared.clock_retention.app import handler as clock_retention
from functions.shared.migrate.app import LogInFailed
from functions.shared.migrate.app import handler as migrate_handler
from kernel import connections as database
from kernel.connections import Login
from kernel.content.errors import ContentError
from kernel.database import Connection, Tx, connect, transaction
from kernel.events import service as events
from kernel.keys.service import find_revoked
from kernel.migrations import migrate
from kernel.roles import ConnectionLimits, create_roles, grant_tables
from local.stack.postgres import Postgres
from tests.support.migrations import MIGRATIONS
from worlds.characters.events import CharacterEntered
from worlds.log import service as log


def test_migrating_again_changes_nothing(database_url: str):
    assert migrate(database_url, MIGRATIONS) == []


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


@pytest.fixture(scope="module")
def instance_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of its own: roles belong to all databases of a server, and other tests' functions log in as them."""
    server = Postgres.start(tmp_path_factory.mktemp("instance"), durable=False)
    try:
        with closing(psycopg.connect(server.url(), autocommit=True)) as conn:
            conn.execute("CREATE ROLE rds_iam")
            conn.execute("CREATE ROLE master LOGIN CREATEDB CREATEROLE")
            conn.execute("GRANT rds_iam TO master WITH ADMIN OPTION")  # which vanilla Postgres asks for from 16 on
        yield server
    finally:
        server.destroy()


@pytest.fixture
def new_instance(instance_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database, and a master with the rights that RDS gives; this environment logs in as the owner."""
    url = instance_server.create_database("instance")
    with closing(psycopg.connect(instance_server.url(), autocommit=True)) as server:
        server.execute("ALTER DATABASE instance OWNER TO master")
        server.execute("ALTER ROLE master LOGIN")
        own = Login(make_conninfo(url, user="brandish_owner"), 0)
        monkeypatch.setattr(database._environment, "login", own, raising=False)
        monkeypatch.setattr(database._environment, "connection", None, raising=False)
        yield url
        database.close()
        instance_server.drop_database("instance")
        for role in ("brandish_app", "brandish_clock", "brandish_stream", "brandish_owner"):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def test_a_deployment_makes_its_users_and_the_app_can_play_but_not_build(new_instance: str):
    url = new_instance
    with closing(psycopg.connect(url, user="master", autocommit=True)) as master:
        for _ in range(2):
            create_roles(master, "instance", ConnectionLimits(app=3, clock=2, stream=1))
        rows = master.execute("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname LIKE 'brandish%'")
        assert dict(rows.fetchall()) == {
            "brandish_app": 3,
            "brandish_clock": 2,
            "brandish_owner": -1,
            "brandish_stream": 1,
        }
    migrate(make_conninfo(url, user="brandish_owner"), MIGRATIONS)
    with closing(connect(url, user="brandish_owner")) as owner:
        with transaction(owner) as tx:
            prepare(tx)
        grant_tables(owner)
    with closing(connect(url, user="brandish_app")) as app:
        row = app.execute("SELECT count(*) AS n FROM items").fetchone()
        assert row == {"n": len(items.by_name)}
        app.execute("UPDATE world SET version = gen_random_uuid()")
        for forbidden in ("DROP TABLE items", "CREATE TABLE x (y int)", "DELETE FROM schema_migrations"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
        has_append_only_log_but_forgets_people(app)
    with closing(connect(url, user="brandish_clock")) as clock:
        clock.execute("UPDATE world SET version = gen_random_uuid()")
    with closing(connect(url, user="brandish_stream")) as stream:
        stream.execute("SELECT FROM events")
        stream.execute("DELETE FROM stream_clients")
        with transaction(stream) as tx:
            assert find_revoked(tx, ["overlay"]) == []
        for forbidden in ("DELETE FROM events", "SELECT FROM users", "SELECT key_hash FROM api_keys"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stream.execute(forbidden)


def has_append_only_log_but_forgets_people(app: Connection) -> None:
    """As worlds 25 says, acceptance 2: as the application's role, which no setting of a session changes."""
    someone, another = uuid4(), uuid4()
    with transaction(app) as tx:
        for each in (someone, another):
            log.append(tx, "character", each, 0, [CharacterEntered(character_id=each)])
    for setting in ("off", "on"):
        app.execute("SELECT set_config('worlds.forgetting', %s, false)", (setting,))
        for change in (
            "UPDATE worlds.events SET version = 9",
            "DELETE FROM worlds.events",
            "TRUNCATE worlds.events",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(change)

    app.execute("SELECT worlds.forget_characters(%s, '{}')", ([someone],))

    left = app.execute("SELECT aggregate_id FROM worlds.events WHERE aggregate_type = 'character'").fetchall()
    assert left == [{"aggregate_id": another}]


def test_only_the_first_deployment_logs_in_as_the_master(new_instance: str, monkeypatch: pytest.MonkeyPatch):
    """Later on, RDS may refuse its password: from Postgres 16 on it reaches `rds_iam` through the roles it created."""
    master = {"username": "master", "password": "secret"}
    assert migrate_handler({"master": master}, None)["applied"]
    with closing(psycopg.connect(new_instance, autocommit=True)) as server:
        server.execute("ALTER ROLE master NOLOGIN")
    monkeypatch.setattr("functions.shared.migrate.app.connection_limits", ConnectionLimits(app=7, clock=6, stream=5))

    assert migrate_handler({"master": master}, None) == {"applied": [], "content": []}

    with closing(psycopg.connect(new_instance)) as server:
        rows = server.execute("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname LIKE 'brandish%'").fetchall()
        assert dict(rows) == {"brandish_owner": -1, "brandish_app": 7, "brandish_clock": 6, "brandish_stream": 5}


def test_the_roles_are_created_together_or_not_at_all(new_instance: str, monkeypatch: pytest.MonkeyPatch):
    """Half of them would lock both out: an owner that may not do the rest, and a master that reaches `rds_iam`."""
    monkeypatch.setattr("functions.shared.migrate.app.connection_limits", ConnectionLimits(app=7, clock=6, stream=-5))

    with pytest.raises(LogInFailed, match="invalid connection limit"):
        migrate_handler({"master": {"username": "master", "password": "secret"}}, None)

    with closing(psycopg.connect(new_instance)) as server:
        assert server.execute("SELECT FROM pg_roles WHERE rolname LIKE 'brandish%'").fetchall() == []


def test_a_migration_that_no_one_may_run_says_what_was_tried(new_instance: str):
    with pytest.raises(LogInFailed, match=r"(?s)As the owner: .*brandish_owner.* As the master: .*stranger"):
        migrate_handler({"master": {"username": "stranger", "password": "wrong"}}, None)


def test_migrate_lets_the_first_administrator_in(
    environment_of: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database._environment, "login", Login(database_url, 0), raising=False)
    key_hash = "ab" * 32

    assert migrate_handler({"admin_key_sha256": key_hash}, None) == {"applied": [], "content": []}
    migrate_handler({"admin_key_sha256": key_hash}, None)

    rows = environment_of.execute("SELECT key_hash, name, role FROM api_keys WHERE name <> 'test'").fetchall()
    assert rows == [{"key_hash": key_hash, "name": "admin", "role": "admin"}]
    environment_of.execute("UPDATE api_keys SET revoked_at = now()")
    migrate_handler({"admin_key_sha256": key_hash}, None)
    assert environment_of.execute("SELECT FROM api_keys WHERE revoked_at IS NULL").fetchall() == []
