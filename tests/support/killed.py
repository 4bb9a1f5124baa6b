"""A connection whose program is killed after so many statements, counted from its first transaction."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import psycopg

from kernel.database import Connection, connect
from kernel.statements import Cursor, Statements


def connect_killed_after(database_url: str, statements: int) -> Connection:
    """Return a connection that breaks once the server has run so many statements, before their answers are read."""
    conn = connect(database_url)
    conn.statements = _Killed(conn, statements)
    return conn


class _Killed(Statements):
    def __init__(self, conn: Connection, statements: int) -> None:
        super().__init__(conn)
        self._left = statements

    def exchange(self, cursors: Sequence[Cursor]) -> None:
        if len(cursors) < self._left:
            self._left -= len(cursors)
            super().exchange(cursors)
            return
        if self._left:
            super().exchange([copy(cursor) for cursor in cursors[: self._left]])  # the copies get the answers
        self._conn.close()
        raise psycopg.OperationalError("the program was killed")
