"""The two database users of a deployment: one owns the tables, the other runs the application."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

OWNER = "brandish_owner"
APP = "brandish_app"


def create_roles(conn: Connection[Any], database: str) -> None:
    """Create both users, who log in with IAM tokens. Run it as the instance's master user; it is safe to repeat."""
    for role in (OWNER, APP):
        known = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if known is None:
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        conn.execute(sql.SQL("GRANT rds_iam TO {}").format(sql.Identifier(role)))
    conn.execute(
        sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(OWNER)
        )
    )
    conn.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))
    # A migration may take longer than any action is allowed to.
    conn.execute(sql.SQL("ALTER ROLE {} SET statement_timeout = '9min'").format(sql.Identifier(OWNER)))


def grant_to_app(conn: Connection[Any]) -> None:
    """Let the application read and write every table, if its user exists. Run it as the owner."""
    if conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP,)).fetchone() is None:
        return
    app = sql.Identifier(APP)
    conn.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(app))
    conn.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM {}").format(app))
    conn.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(app))
