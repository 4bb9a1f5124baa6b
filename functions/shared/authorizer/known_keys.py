"""The keys that an environment has accepted, in memory for a while."""

from __future__ import annotations

from collections.abc import Callable
from time import time

from kernel.keys.models import KeyHolder

MOST = 1000
"""More keys than an installation has; a bound, so that no caller can fill the memory."""


class KnownKeys:
    """Holders by the hash of their key; an entry expires, so that a revoked key stops working.

    The clock is the wall clock: another one may stand still while the environment is frozen.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time) -> None:
        self._seconds = seconds
        self._clock = clock
        self._holders: dict[str, tuple[KeyHolder, float]] = {}

    def find(self, key_hash: str) -> KeyHolder | None:
        """Return the holder of a key that was accepted a short while ago."""
        holder, expires_at = self._holders.get(key_hash, (None, 0.0))
        return holder if self._clock() < expires_at else None

    def add(self, key_hash: str, holder: KeyHolder) -> None:
        """Remember an accepted key."""
        if len(self._holders) >= MOST:
            self._holders.clear()
        self._holders[key_hash] = (holder, self._clock() + self._seconds)

    def clear(self) -> None:
        """Forget all keys."""
        self._holders.clear()
