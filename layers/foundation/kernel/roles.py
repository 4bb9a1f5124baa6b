"""The database roles of a deployment: one owns the tables, the others run the functions, each within its limit.

A role's CONNECTION LIMIT holds for each role alone, so a crowd that takes all connections of the application's role
leaves those of the clocks.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from psycopg import Connection, sql

from kernel.settings import count

OWNER = "brandish_owner"
APP = "brandish_app"
CLOCK = "brandish_clock"
STREAM = "brandish_stream"

SCHEMAS = ("public", "kernel", "personas", "worlds")


class ConnectionLimits(Struct, frozen=True):
    """How many connections each role may have. The owner, whose migrations must always get in, has no limit."""

    app: int
    """Connections of the functions that people wait for."""
    clock: int
    """Connections of clocks and of the relay."""
    stream: int
    """Connections of the stream."""


connection_limits = ConnectionLimits(
    app=count("APP_CONNECTIONS", default=80),
    clock=count("CLOCK_CONNECTIONS", default=10),
    stream=count("STREAM_CONNECTIONS", default=8),
)


def create_roles(conn: Connection[Any], database: str, limits: ConnectionLimits) -> None:
    """Create the roles and set their limits. Run it as the instance's master user, in a transaction.

    In AWS they log in with IAM tokens. From Postgres 16 on, the master becomes a member of each role that it creates,
    and through it of `rds_iam`, whose members RDS lets in with tokens only, whether they inherit its rights or not. So
    the owner must be able to do the rest without the master: `set_limits`.
    """
    with_iam = _exists(conn, "rds_iam")
    owner = sql.Identifier(OWNER)
    for role in (OWNER, *_limited(limits)):
        name = sql.Identifier(role)
        if not _exists(conn, role):
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        if role != OWNER and conn.info.server_version >= 160000:  # before, CREATEROLE is enough for `set_limits`
            conn.execute(sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(name, owner))
        if with_iam:
            conn.execute(sql.SQL("GRANT rds_iam TO {}").format(name))
    conn.execute(
        sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(database), owner)
    )
    conn.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner))
    # A migration may take longer than any action is allowed to.
    conn.execute(sql.SQL("ALTER ROLE {} SET statement_timeout = '9min'").format(owner))
    conn.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(owner))
    set_limits(conn, limits)


def set_limits(conn: Connection[Any], limits: ConnectionLimits) -> None:
    """Set how many connections each role may have. Run it as the owner, or as the master.

    Raises:
        psycopg.errors.UndefinedObject: a role is missing, so `create_roles` must run.
    """
    for role, limit in _limited(limits).items():
        conn.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(sql.Identifier(role), sql.Literal(limit)))


def _limited(limits: ConnectionLimits) -> dict[str, int]:
    return {APP: limits.app, CLOCK: limits.clock, STREAM: limits.stream}


def grant_tables(conn: Connection[Any]) -> None:
    """Let each role do what its functions do, as far as the roles exist. Run it as the owner."""
    for role in (APP, CLOCK):
        if _exists(conn, role):
            name = sql.Identifier(role)
            for schema in map(sql.Identifier, SCHEMAS):
                for rights in (
                    "GRANT USAGE ON SCHEMA {} TO {}",
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}",
                    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}",
                ):
                    conn.execute(sql.SQL(rights).format(schema, name))
            conn.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM {}").format(name))
            conn.execute(sql.SQL("REVOKE UPDATE, DELETE ON worlds.events FROM {}").format(name))  # append-only
    if _exists(conn, STREAM):
        name = sql.Identifier(STREAM)
        conn.execute(sql.SQL("GRANT SELECT ON events TO {}").format(name))
        conn.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON stream_clients TO {}").format(name))
        # Whose key has been revoked; not the hashes.
        conn.execute(sql.SQL("GRANT SELECT (name, revoked_at) ON api_keys TO {}").format(name))


def _exists(conn: Connection[Any], role: str) -> bool:
    return conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
