"""The environment's one database connection, opened when first needed."""

from __future__ import annotations

import threading
from importlib import import_module

from kernel.database import STATEMENT_SECONDS, Connection, connect
from kernel.settings import settings

if settings.database_iam_auth:
    # Now rather than for the first connection: what is there before `ready` is in the snapshot that AWS starts from.
    import_module("kernel.iam")

# A Lambda environment has one thread; the local stack gives each of its environments one.
_environment = threading.local()


def connection(statement_seconds: int = STATEMENT_SECONDS) -> Connection:
    """The connection of this environment, made anew when there is none or the old one is gone.

    Args:
        patience: seconds that its statements may take; a function always asks for the same.
    """
    conn: Connection | None = getattr(_environment, "connection", None)
    if conn is None or conn.closed:
        conn = _environment.connection = _open(statement_seconds)
    return conn


def close() -> None:
    """Close the connection of this environment, if it has one."""
    conn: Connection | None = getattr(_environment, "connection", None)
    if conn is not None:
        conn.close()


def password() -> str | None:
    """What `settings.database_url` leaves out: a token signed for this moment, where IAM logs us in."""
    if not settings.database_iam_auth:
        return None
    from kernel.iam import token

    return token(settings.database_url)


def _open(statement_seconds: int) -> Connection:
    return connect(
        settings.database_url,
        prepares=settings.database_prepares,
        statement_seconds=statement_seconds,
        password=password(),
    )
