"""The environment's one database connection, opened on first use."""

from __future__ import annotations

import threading
from importlib import import_module

from kernel.database import STATEMENT_SECONDS, Connection, connect
from kernel.settings import settings

if settings.database_iam_auth:
    # Import it now, not with the first connection: what is loaded before `ready` is in the SnapStart snapshot.
    import_module("kernel.iam")

# A Lambda environment has one thread, and so has each environment of the local stack.
_environment = threading.local()


def connection(statement_seconds: int = STATEMENT_SECONDS) -> Connection:
    """Return the connection of this environment; open a new one if there is none or the old one is closed.

    Args:
        statement_seconds: the limit for each statement; a function always passes the same value.
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
    """Return a freshly signed token when we log in with IAM; None when `settings.database_url` has the password."""
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
