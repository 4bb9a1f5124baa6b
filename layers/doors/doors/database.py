"""The environment's one database connection, opened when first needed."""

from __future__ import annotations

import threading

from brandish.database import Connection, connect
from brandish.settings import settings

# A Lambda environment has one thread; the local stack gives each of its environments one.
_environment = threading.local()


def connection() -> Connection:
    """The connection of this environment, made anew when there is none or the old one is gone."""
    conn: Connection | None = getattr(_environment, "connection", None)
    if conn is None or conn.closed:
        conn = _environment.connection = _open()
    return conn


def password() -> str | None:
    """What `settings.database_url` leaves out: a token signed for this moment, where IAM logs us in."""
    if not settings.database_iam_auth:
        return None
    from doors.aws import database_token  # botocore takes its time to import

    return database_token(settings.database_url)


def _open() -> Connection:
    return connect(settings.database_url, prepares=settings.database_prepares, password=password())
