"""Counting wrong keys by address, for a warning in the log. Nothing is refused because of it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import time

WINDOW_SECONDS = 300
TO_WARN = 5
"""With this many wrong keys in a window, an address is worth a warning. Source: wire 1.1."""
MAX_ADDRESSES = 1000
"""A bound, so that no one can fill the memory. Beyond it, the address counted first is forgotten."""


class WrongKeys:
    """Wrong keys of each address, in this environment and in the current window."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    def count(self, address: str) -> int:
        """Count a wrong key; return how many the address has sent in this window."""
        now = self._clock()
        with self._lock:
            count, began_at = self._counts.get(address, (0, now))
            if not 0 <= now - began_at < WINDOW_SECONDS:
                count, began_at = 0, now
            if address not in self._counts and len(self._counts) >= MAX_ADDRESSES:
                del self._counts[next(iter(self._counts))]
            self._counts[address] = (count + 1, began_at)
        return count + 1

    def clear(self) -> None:
        """Forget all addresses."""
        self._counts.clear()
