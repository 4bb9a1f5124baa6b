"""Stores the messages of queues in a file, so that they survive the process as in AWS."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path


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
                message_id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL
            );
            CREATE TABLE IF NOT EXISTS sent (
                queue TEXT NOT NULL, deduplication_id TEXT NOT NULL, message_id TEXT NOT NULL, at REAL NOT NULL,
                PRIMARY KEY (queue, deduplication_id)
            );
            CREATE INDEX IF NOT EXISTS sent_at ON sent (at);
            """
        )
        if not any(column[1] == "message_group" for column in self._db.execute("PRAGMA table_info(messages)")):
            self._db.execute("ALTER TABLE messages ADD COLUMN message_group TEXT NOT NULL DEFAULT ''")

    def add(self, queue: str, message_id: str, body: str, group: str = "", deduplication_id: str | None = None) -> None:
        self._db.execute("INSERT INTO messages VALUES (?, ?, ?, ?)", (message_id, queue, body, group))
        if deduplication_id:
            sent = (queue, deduplication_id, message_id, time.time())
            self._db.execute("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)", sent)

    def remove(self, message_id: str) -> None:
        self._db.execute("DELETE FROM messages WHERE message_id = ?", (message_id,))

    def read(self, queue: str) -> Iterator[tuple[str, str, str]]:
        """The messages of a queue as (message id, body, group), oldest first."""
        wanted = "SELECT message_id, body, message_group FROM messages WHERE queue = ? ORDER BY rowid"
        yield from self._db.execute(wanted, (queue,))

    def find_sent(self, queue: str, deduplication_id: str, seconds: float) -> str | None:
        """The id of the message sent with this deduplication id in the last seconds; deletes older records."""
        self._db.execute("DELETE FROM sent WHERE at < ?", (time.time() - seconds,))
        wanted = "SELECT message_id FROM sent WHERE queue = ? AND deduplication_id = ?"
        row = self._db.execute(wanted, (queue, deduplication_id)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self._db.close()
