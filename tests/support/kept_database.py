"""A database that many tests use one after another, each as if it were new: to create one takes ten times as long."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from kernel.database import STATEMENT_SECONDS, Connection, connect
from kernel.statements import Statements
from local.stack.postgres import Postgres

_MOST_TESTS: Final = 100
"""What tests have deleted stays in the files, and would make the queries of later ones slow."""

_NOTES = """
    CREATE SCHEMA untouched;
    CREATE TABLE untouched.altered ();
    CREATE FUNCTION untouched.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN INSERT INTO untouched.altered DEFAULT VALUES; END';
"""
_NOTE_CHANGES: Final = "CREATE EVENT TRIGGER note_changes ON ddl_command_end EXECUTE FUNCTION untouched.note()"

_OURS: Final = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'untouched')"
_TABLES: Final = f"""
    SELECT nspname AS schema, relname AS name, array_agg(attname ORDER BY attnum) AS columns
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid JOIN pg_namespace ON relnamespace = pg_namespace.oid
    WHERE relkind = 'r' AND nspname {_OURS}
        AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    GROUP BY nspname, relname
    ORDER BY nspname, relname
"""
_SEQUENCES: Final = f"""
    SELECT schemaname AS schema, sequencename AS name FROM pg_sequences WHERE schemaname {_OURS} ORDER BY 1, 2
"""

_MORE_THAN_ROWS_HAS_CHANGED: Final = f"""
    SELECT FROM untouched.altered
    UNION ALL
    SELECT FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid
    WHERE relkind = 'r' AND nspname {_OURS} AND reltuples >= 0 -- ANALYZE
    UNION ALL
    SELECT FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase WHERE datname = current_database()
    UNION ALL
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Original:
    """A database with the rows that each test begins with.

    Attributes:
        name: of the database, which is for copying only.
        restore: the statements that bring a copy's rows and sequences back.
    """

    name: str
    restore: bytes


def make_original(postgres: Postgres, template: str) -> Original:
    """Copy the template, and in the copy keep a second copy of all rows and note what else changes from now on."""
    name = f"original_{uuid4().hex}"
    with closing(connect(postgres.create_database(name, template))) as conn:
        conn.execute(_NOTES)
        # Foreign keys and triggers are for those who play.
        steps: list[sql.Composable] = [sql.SQL("BEGIN"), sql.SQL("SET LOCAL session_replication_role = replica")]
        for row in conn.execute(_TABLES).fetchall():
            table = sql.Identifier(row["schema"], row["name"])
            copied = sql.Identifier("untouched", f"{row['schema']} {row['name']}")
            columns = sql.SQL(", ").join(map(sql.Identifier, row["columns"]))
            steps.append(sql.SQL("DELETE FROM {}").format(table))
            if conn.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(table)).fetchall():
                conn.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copied, table))
                back = "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM {2}"
                steps.append(sql.SQL(back).format(table, columns, copied))
        for row in conn.execute(_SEQUENCES).fetchall():
            sequence = sql.Identifier(row["schema"], row["name"])
            (state,) = conn.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sequence)).fetchall()
            reset = sql.SQL("SELECT setval({}, {}, {})")
            steps.append(reset.format(sequence.as_string(conn), state["last_value"], state["is_called"]))
        steps.append(sql.SQL("COMMIT"))
        conn.execute(_NOTE_CHANGES)
        return Original(name, sql.SQL(";\n").join(steps).as_bytes(conn))


class KeptConnection:
    """A connection that many tests use one after another: to log in and to find everything takes longest."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: Connection | None = None

    def take(self) -> Connection:
        """Return a connection in whose session nothing has happened yet."""
        if self._conn is None or not _renew(self._conn):
            self.close()
            self._conn = connect(self._url)
        return self._conn

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()


def _renew(conn: Connection) -> bool:
    """Make the session as good as new; return False if that is not possible."""
    if conn.closed or conn.info.transaction_status != TransactionStatus.IDLE:
        return False
    try:
        conn.execute("DISCARD ALL")
    except psycopg.OperationalError:
        return False
    conn.statements = Statements(conn)
    conn.statement_seconds = STATEMENT_SECONDS
    return True


class KeptDatabase:
    """A copy of the original, until a test changes more than rows."""

    def __init__(self, postgres: Postgres, original: Original) -> None:
        self._postgres = postgres
        self._original = original
        self._name: str | None = None
        self._connection = KeptConnection("")
        self._tests = 0

    def take(self) -> Connection:
        """Return a connection in whose session and database nothing has happened yet."""
        if self._name is None:
            self._name = f"kept_{uuid4().hex}"
            self._connection = KeptConnection(self._postgres.create_database(self._name, self._original.name))
            self._tests = 0
        self._tests += 1
        return self._connection.take()

    def give_back(self) -> None:
        """Undo what the test has done, or drop the database if it has done more than can be undone."""
        conn = self._connection.take()
        if self._tests < _MOST_TESTS and not conn.execute(_MORE_THAN_ROWS_HAS_CHANGED).fetchall():
            conn.execute(self._original.restore)
        else:
            self.close()

    def close(self) -> None:
        self._connection.close()
        if self._name is not None:
            self._postgres.drop_database(self._name)
            self._name = None
