"""Migrations: plain SQL files, each applied once, in order, forward only."""

from __future__ import annotations

from pathlib import Path

import psycopg

# An arbitrary constant: every migration of this database takes this advisory lock first.
_LOCK = 7_203_611


class MigrationError(Exception):
    """The migrations on disk do not continue the database's history."""


def migrate(conninfo: str, folder: Path, password: str | None = None) -> list[str]:
    """Apply the missing migrations, each in a transaction of its own.

    Args:
        folder: all migrations, from the first.

    Returns:
        The names of the files applied now, in order; empty when the database was up to date.
    """
    files = sorted(folder.glob("[0-9]*.sql"))
    with psycopg.connect(conninfo, autocommit=True, password=password) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        conn.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name       text        PRIMARY KEY,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        done = {str(row[0]) for row in conn.execute("SELECT name FROM schema_migrations")}
        unknown = done - {file.name for file in files}
        if unknown:
            raise MigrationError(f"the database is newer than this code: it knows {', '.join(sorted(unknown))}")
        pending = [file for file in files if file.name not in done]
        for file in pending:
            with conn.transaction():
                conn.execute(file.read_bytes())
                conn.execute("INSERT INTO schema_migrations (name) VALUES (%s)", (file.name,))
        return [file.name for file in pending]
