"""Migrations: plain SQL files, each applied once, in order, forward only.

The code of an earlier deployment runs on the schema of a later one: while a deployment replaces it, and after it was
rolled back. So migrations are backwards compatible, and a database may be newer than the code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import psycopg

# An arbitrary constant: every migration of this database takes this advisory lock first.
_LOCK = 7_203_611


class MigrationError(Exception):
    """The migrations on disk are not those that the database has had, nor an earlier part of them."""


def migrate(conninfo: str, folder: Path, password: str | None = None) -> list[str]:
    """Apply the missing migrations in one transaction: all of them, or none.

    Migrations of later code, which the database may have had, are left alone.

    Args:
        folder: all migrations, from the first.

    Returns:
        The names of the files applied now, in order; empty when the database was up to date.

    Raises:
        MigrationError: a file was changed or renamed after it had been applied, or the history of this code and that
            of the database have parted.
    """
    files = {file.name: file.read_bytes() for file in sorted(folder.glob("[0-9]*.sql"))}
    hashes = {name: sha256(sql).hexdigest() for name, sql in files.items()}
    with psycopg.connect(conninfo, autocommit=True, password=password) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        with conn.transaction():
            _prepare_table(conn)
            applied = {str(name): known for name, known in conn.execute("SELECT name, sha256 FROM schema_migrations")}
            pending = [name for name in files if name not in applied]
            _refuse_another_history(applied, hashes, pending)
            for name in pending:
                conn.execute(files[name])
            conn.cursor().executemany(
                """
                INSERT INTO schema_migrations (name, sha256) VALUES (%s, %s)
                ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256 WHERE schema_migrations.sha256 IS NULL
                """,
                list(hashes.items()),
            )
        return pending


def _prepare_table(conn: psycopg.Connection) -> None:
    """Create the table of applied migrations. It has to exist before the first of them, so none of them changes it."""
    conn.execute(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            name       text        PRIMARY KEY,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    # Null for what code applied that did not note it yet. Asked first, because ALTER TABLE waits for all readers.
    noted = "SELECT FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attname = 'sha256'"
    if conn.execute(noted).fetchone() is None:
        conn.execute("ALTER TABLE schema_migrations ADD COLUMN sha256 text")


def _refuse_another_history(
    applied: Mapping[str, str | None], hashes: Mapping[str, str], pending: Sequence[str]
) -> None:
    """Refuse to go on unless this code's migrations continue those of the database, or are an earlier part of them.

    Args:
        applied: the hashes of the migrations that the database has had; None for one that is not known.
        hashes: those of this code's migrations.
    """
    changed = [name for name, sha256 in hashes.items() if applied.get(name) not in (None, sha256)]
    if changed:
        raise MigrationError(f"changed after it was applied: {', '.join(changed)}. Undo that, and add a new migration")
    unknown = sorted(name for name in applied if name not in hashes)
    if unknown and pending:
        raise MigrationError(
            f"this code is not an earlier version of what the database was migrated by: it does not know "
            f"{', '.join(unknown)}, and the database does not know {', '.join(pending)}"
        )
