"""All API keys, in the memory of an environment.

An installation has a few dozen keys, so an environment reads all of them in one statement. Whether a key is good is
then a question for a dictionary, and a flood of wrong keys costs the database only a few more readings (ADR 33).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock
from time import time
from typing import TYPE_CHECKING, Protocol

import psycopg

from kernel.errors import TryAgain

if TYPE_CHECKING:
    from kernel.keys.models import StoredKey

MAX_AGE_SECONDS = 300
"""How long an environment relies on what it has read. A revoked key works for as long."""
MAX_AGE_IN_NEED_SECONDS = 900
"""How long it does while the database cannot be asked, so that good keys do not depend on who else asks it."""
EXTRA_READINGS = 5
EXTRA_READING_SECONDS = 1.0
"""A key that is not on the ring may be new, so the keys are read again: a few times at once, and then once a second."""


class Read(Protocol):
    """Reads all keys."""

    def __call__(self, *, hurried: bool) -> Mapping[str, StoredKey]:
        """Return all keys by their hash.

        Args:
            hurried: do not wait long for the database.
        """
        ...


class KeyRing:
    """The stored keys by their hash.

    The clock is the wall clock: another one may stand still while the environment is frozen. When it is set back, the
    keys are read again.
    """

    def __init__(self, read: Read, clock: Callable[[], float] = time) -> None:
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self.clear()

    def find(self, key_hash: str) -> StoredKey | None:
        """Return the key with this hash.

        Raises:
            TryAgain, psycopg.OperationalError: the keys have to be read, and the database is unavailable.
        """
        age = self._clock() - self._read_at
        if not 0 <= age < MAX_AGE_IN_NEED_SECONDS:
            self._read_all(hurried=False)
        elif age >= MAX_AGE_SECONDS and self._takes_extra_reading():
            with suppress(TryAgain, psycopg.OperationalError):
                self._read_all(hurried=True)
        found = self._keys.get(key_hash)
        if self._may_have_changed(found) and self._takes_extra_reading():
            self._read_all(hurried=True)
            found = self._keys.get(key_hash)
        return found

    def _may_have_changed(self, found: StoredKey | None) -> bool:
        return found is None or found.is_revoked(datetime.fromtimestamp(self._clock(), UTC))

    def clear(self) -> None:
        """Forget all keys, as in a new environment."""
        self._keys: Mapping[str, StoredKey] = {}
        self._read_at = float("-inf")
        self._extra_readings = float(EXTRA_READINGS)
        self._refilled_at = self._clock()

    def _read_all(self, *, hurried: bool) -> None:
        read_at = self._clock()
        self._keys = self._read(hurried=hurried)
        self._read_at = read_at

    def _takes_extra_reading(self) -> bool:
        with self._lock:
            now = self._clock()
            passed = max(0.0, now - self._refilled_at)
            self._refilled_at = now
            self._extra_readings = min(EXTRA_READINGS, self._extra_readings + passed / EXTRA_READING_SECONDS)
            if self._extra_readings < 1:
                return False
            self._extra_readings -= 1
            return True
