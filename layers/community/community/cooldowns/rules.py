"""How long to wait. Source: rules 13."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from community.cooldowns.models import OnCooldown

DURATIONS = {
    "search": timedelta(minutes=30),
    "slots": timedelta(minutes=10),
    "expedition": timedelta(minutes=15),
}
DEFAULT_DURATION = timedelta(minutes=5)


def duration_of(action: str) -> timedelta:
    """Before anything that shortens it."""
    return DURATIONS.get(action, DEFAULT_DURATION)


def require_expired(expires_at: datetime | None, action: str, now: datetime) -> None:
    """
    Args:
        expires_at: the cooldown's end; None when there was none.

    Raises:
        OnCooldown: it is still running. A second that has begun counts as a whole one, so that whoever comes back
            after that long is let in.
    """
    if expires_at is None or expires_at <= now:
        return
    seconds = -((now - expires_at) // timedelta(seconds=1))
    raise OnCooldown(action=action, seconds=seconds, remaining=f"{seconds // 60}m {seconds % 60}s")


def lock_key(user: str, action: str) -> int:
    """A number for the pair, from 0 to 2^63 - 1, by which Postgres can lock what has no row yet."""
    digest = sha256(f"{user}:{action}".encode()).digest()
    return int.from_bytes(digest[:8], "big") & 0x7FFF_FFFF_FFFF_FFFF
