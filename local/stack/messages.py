"""Stores the messages of queues in a file, so that they survive the process as in AWS."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

StorageError: Final = sqlite3.Error
"""Raised by stores; mostly because the disk is full. Nothing has then been stored."""


def open_store(file: Path | None) -> sqlite3.Connection:
    """Open the database that stores are kept in.

    Args:
        file: None keeps everything in memory, for tests.
    """
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
    # A killed process loses nothing that was written; only a power cut could, and this is no production.
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")
    return db


class MessageStore:
    """The messages of all queues. Used only on the bus's event loop.

    Args:
        file: None keeps them in memory, for tests.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._db = open_store(file)
        self._db.executescript(
            """
            CREATE TABLE IF NOT EXISTS messages (
                message_id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL,
                message_group TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT ''
            );
            CREATE TABLE IF NOT EXISTS sent (
                queue TEXT NOT NULL, deduplication_id TEXT NOT NULL, message_id TEXT NOT NULL, at REAL NOT NULL,
                PRIMARY KEY (queue, deduplication_id)
            );
            CREATE INDEX IF NOT EXISTS sent_at ON sent (at);
            """
        )
        known = {column[1] for column in self._db.execute("PRAGMA table_info(messages)")}
        for later in ("message_group", "source", "said"):
            if later not in known:
                self._db.execute(f"ALTER TABLE messages ADD COLUMN {later} TEXT NOT NULL DEFAULT ''")

    def add(
        self,
        queue: str,
        message_id: str,
        body: str,
        group: str = "",
        deduplication_id: str | None = None,
        said: str = "",
    ) -> None:
        """Store a message.

        Args:
            said: its MessageAttributes, as JSON.
        """
        with self._transaction():
            self._db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, '', ?)", (message_id, queue, body, group, said))
            if deduplication_id:
                sent = (queue, deduplication_id, message_id, time.time())
                self._db.execute("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)", sent)

    def move(self, message_id: str, queue: str, source: str = "") -> None:
        """Move a message to another queue.

        Args:
            source: the queue that has given up on it, if one has.
        """
        self._db.execute("UPDATE messages SET queue = ?, source = ? WHERE message_id = ?", (queue, source, message_id))

    def remove(self, message_id: str) -> None:
        self._db.execute("DELETE FROM messages WHERE message_id = ?", (message_id,))

    def read(self, queue: str) -> Iterator[tuple[str, str, str, str, str]]:
        """The messages of a queue as (message id, body, group, source, said), oldest first."""
        wanted = "SELECT message_id, body, message_group, source, said FROM messages WHERE queue = ? ORDER BY rowid"
        yield from self._db.execute(wanted, (queue,))

    def find_sent(self, queue: str, deduplication_id: str, seconds: float) -> str | None:
        """The id of the message sent with this deduplication id in the last seconds.

        Deletes older records, and those of a clock that was ahead.
        """
        now = time.time()
        # Not as NOT BETWEEN, which reads the whole table, for each message of a backlog.
        self._db.execute("DELETE FROM sent WHERE at < ? OR at > ?", (now - seconds, now + 1))
        wanted = "SELECT message_id FROM sent WHERE queue = ? AND deduplication_id = ?"
        row = self._db.execute(wanted, (queue, deduplication_id)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
