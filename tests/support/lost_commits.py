"""A connection that breaks when it is told to commit."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import psycopg

from kernel.database import Connection, connect
from kernel.statements import Cursor, Statements


def connect_losing_commits(database_url: str, *, arrives: bool) -> Connection:
    """Return a connection that breaks at COMMIT: after the server has committed, or before it has heard of it."""
    conn = connect(database_url)
    conn.statements = _LosingCommits(conn, arrives)
    return conn


class _LosingCommits(Statements):
    def __init__(self, conn: Connection, arrives: bool) -> None:
        super().__init__(conn)
        self._arrives = arrives

    def exchange(self, cursors: Sequence[Cursor]) -> None:
        if all(cursor.sql != b"COMMIT" for cursor in cursors):
            super().exchange(cursors)
            return
        if self._arrives:
            super().exchange([copy(cursor) for cursor in cursors])  # the copies get the answers
        self._conn.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")
