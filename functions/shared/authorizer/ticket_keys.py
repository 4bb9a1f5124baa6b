"""The keys that tickets are signed with, in memory for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import time

from kernel.realtime import tickets

PAUSE_SECONDS = 1.0
"""The keys are read again for an unknown signature, because there may be a new key, but not more often than this."""


class TicketKeys:
    """The valid keys. They are read again after a while, so that tickets of a leaked one stop working.

    The clock is the wall clock: another one may stand still while the environment is frozen.

    Args:
        read: reads the keys from the database.
    """

    def __init__(self, seconds: float, read: Callable[[], Sequence[bytes]], clock: Callable[[], float] = time) -> None:
        self._seconds = seconds
        self._read = read
        self._clock = clock
        self._keys: Sequence[bytes] = ()
        self._read_at = 0.0

    def have_signed(self, ticket: str) -> bool:
        """Tell whether a ticket is signed with a valid key."""
        if self._is_older_than(self._seconds):
            self._refresh()
        if tickets.is_signed(self._keys, ticket):
            return True
        if not self._is_older_than(PAUSE_SECONDS):
            return False
        self._refresh()
        return tickets.is_signed(self._keys, ticket)

    def clear(self) -> None:
        """Forget the keys."""
        self._read_at = 0.0

    def _refresh(self) -> None:
        self._keys = self._read()
        self._read_at = self._clock()

    def _is_older_than(self, seconds: float) -> bool:
        # A clock that was set back must not keep the keys for longer.
        return abs(self._clock() - self._read_at) >= seconds
