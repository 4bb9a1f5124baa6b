"""The database roles of a deployment: one owns the tables, the others run the functions, each within its limit.

A role's CONNECTION LIMIT holds for each role alone, so a crowd that takes all connections of the application's role
leaves those of the clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from kernel.settings import count

OWNER = "brandish_owner"
APP = "brandish_app"
CLOCK = "brandish_clock"
STREAM = "brandish_stream"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections each role may have. The owner, whose migrations must always get in, has no limit."""

    app: int
    clock: int
    stream: int


connection_limits = ConnectionLimits(
    app=count("APP_CONNECTIONS", default=80),
    clock=count("CLOCK_CONNECTIONS", default=10),
    stream=count("STREAM_CONNECTIONS", default=8),
)


def create_roles(conn: Connection[Any], database: str, limits: ConnectionLimits) -> None:
    """Create the roles and set their limits. Run it as the instance's master user; it is safe to repeat.

    In AWS they log in with IAM tokens.
    """
    with_iam = _exists(conn, "rds_iam")
    for role, limit in ((OWNER, -1), (APP, limits.app), (CLOCK, limits.clock), (STREAM, limits.stream)):
        name = sql.Identifier(role)
        if not _exists(conn, role):
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        conn.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(name, sql.Literal(limit)))
        if with_iam:
            conn.execute(sql.SQL("GRANT rds_iam TO {}").format(name))
    conn.execute(
        sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(OWNER)
        )
    )
    conn.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))
    # A migration may take longer than any action is allowed to.
    conn.execute(sql.SQL("ALTER ROLE {} SET statement_timeout = '9min'").format(sql.Identifier(OWNER)))


def grant_tables(conn: Connection[Any]) -> None:
    """Let each role do what its functions do, as far as the roles exist. Run it as the owner."""
    for role in (APP, CLOCK):
        if _exists(conn, role):
            name = sql.Identifier(role)
            for rights in (
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
                "REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM {}",
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
            ):
                conn.execute(sql.SQL(rights).format(name))
    if _exists(conn, STREAM):
        name = sql.Identifier(STREAM)
        conn.execute(sql.SQL("GRANT SELECT ON events TO {}").format(name))
        conn.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON stream_clients TO {}").format(name))


def _exists(conn: Connection[Any], role: str) -> bool:
    return conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
