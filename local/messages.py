"""Where queues keep their messages: a file, so that they survive the process as they do in AWS."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path


def open_store(file: Path | None) -> sqlite3.Connection:
    """
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
    """The messages of all queues. Belongs to the event loop of the bus.

    Args:
        file: None keeps them in memory, for tests.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._db = open_store(file)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS messages (message_id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL)"
        )

    def add(self, queue: str, message_id: str, body: str) -> None:
        self._db.execute("INSERT INTO messages VALUES (?, ?, ?)", (message_id, queue, body))

    def remove(self, message_id: str) -> None:
        self._db.execute("DELETE FROM messages WHERE message_id = ?", (message_id,))

    def read(self, queue: str) -> Iterator[tuple[str, str]]:
        """(message id, body), oldest first."""
        yield from self._db.execute("SELECT message_id, body FROM messages WHERE queue = ? ORDER BY rowid", (queue,))

    def close(self) -> None:
        self._db.close()
