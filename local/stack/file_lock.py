"""A lock on a file, which ends with the process that holds it, in any way."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def acquire(path: Path) -> int | None:
    """Return the open file, which holds the lock until it is closed; None while another process holds it.

    Raises:
        PermissionError: the file belongs to another user.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def write(lock: int, text: str) -> None:
    """Replace the text of a file that holds a lock."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, text.encode(), 0)
