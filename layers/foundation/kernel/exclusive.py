"""Letting one environment at a time do something, by a lock in the database."""

from __future__ import annotations

from contextlib import suppress

import psycopg

from kernel.action import look
from kernel.connections import connection, is_new, stay_in_crowds
from kernel.database import Connection, Tx


class ExclusiveLock:
    """An advisory lock that belongs to this environment's database connection.

    It saves work that would be done twice and prevents waiting; it is no guarantee, because it ends with the
    connection. So the work that it guards must be correct without it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._holder: Connection | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free, without waiting; return whether we have it.

        Call it again before each part of the work: if the connection was lost in between, so was the lock.

        Raises:
            TryAgain, psycopg.OperationalError: the database cannot be reached.
        """
        if self._holder is None or self._holder is not connection():
            self._holder = None
            stay_in_crowds(True)
            try:
                taken, holder = look(self._try), connection()
                self._holder = holder if taken and not is_new() else None  # new: that of the look was lost right after
            finally:
                stay_in_crowds(self._holder is not None)
        return self._holder is not None

    def release(self) -> None:
        """Release the lock if we have it."""
        holder, self._holder = self._holder, None
        if holder is not None:
            stay_in_crowds(False)
            with suppress(psycopg.OperationalError):  # lost, and so is the lock
                holder.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (self._name,))

    def _try(self, tx: Tx) -> bool:
        row = tx.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS taken", (self._name,)).fetchone()
        return row is not None and row["taken"]
