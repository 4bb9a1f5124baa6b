"""Timing out names. The engine only announces timeouts; bots enforce them in the chats. Source: rules 4."""

from __future__ import annotations

from datetime import timedelta

from community.players.models import Fact
from community.timeouts import queries
from community.timeouts.models import Timeout, TimeoutApplied, TimeoutCleared
from kernel.database import Tx
from kernel.events import service as events


def apply_timeout(tx: Tx, platform: str, username: str, added: timedelta, reason: str = "") -> Timeout:
    """Time out a name, or extend its running timeout. Returns the timeout with the total remaining time."""
    row = queries.extend_timeout(tx, platform, username, added, reason).fetchone()
    assert row is not None
    timeout = Timeout(platform, username, row["expires_at"] - tx.now)
    events.announce(
        tx,
        TimeoutApplied(
            platform=platform,
            username=username,
            duration_seconds=timeout.remaining_seconds,
            reason=reason,
            timestamp=int(tx.now.timestamp()),
        ),
    )
    return timeout


def silence(tx: Tx, platform: str, username: str, added: timedelta, reason: str) -> None:
    """Queue a timeout like `apply_timeout`, for callers that do not need the total."""
    event = TimeoutApplied(
        platform=platform, username=username, duration_seconds=0, reason=reason, timestamp=int(tx.now.timestamp())
    )
    extension = queries.extension(tx, platform, username, added, reason)
    events.announce_if(tx, event, queries.EXTEND_RETURNING_PAYLOAD, (*extension, tx.now))


def shorten_timeout(tx: Tx, platform: str, username: str, removed: timedelta, reason: str) -> None:
    """Queue the reduction of a timeout; announced only when the timeout ends."""
    event = TimeoutCleared(platform=platform, username=username, reason=reason, timestamp=int(tx.now.timestamp()))
    events.announce_if(tx, event, queries.END_RETURNING_PAYLOAD, (platform, username, tx.now, removed, tx.now))
    queries.shorten_timeout(tx, platform, username, removed)


def silenced_on(tx: Tx, platform: str) -> Fact:
    """Fact named `silenced`: the end of the player's timeout on the platform; None without one."""
    return Fact("silenced", queries.SILENCED, (platform, tx.now))


def clear_timeout(tx: Tx, platform: str, username: str, reason: str = "") -> bool:
    """End a name's timeout. Returns whether there was one; only then it is announced."""
    row = queries.delete_timeout(tx, platform, username).fetchone()
    running = row is not None and row["expires_at"] > tx.now
    if running:
        _announce_cleared(tx, platform, username, reason)
    return running


def read_timeout(tx: Tx, platform: str, username: str) -> Timeout:
    """Read a name's timeout; `remaining` is zero without one."""
    row = queries.find_timeout(tx, platform, username).fetchone()
    return Timeout(platform, username, row["expires_at"] - tx.now if row else timedelta(0))


def _announce_cleared(tx: Tx, platform: str, username: str, reason: str) -> None:
    events.announce(
        tx,
        TimeoutCleared(platform=platform, username=username, reason=reason, timestamp=int(tx.now.timestamp())),
    )
