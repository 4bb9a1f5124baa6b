"""The events of timeouts."""

from __future__ import annotations

from collections.abc import Mapping

from community.players.models import Link
from community.timeouts.models import TimeoutApplied, TimeoutCleared
from kernel.database import Tx


def applied(tx: Tx, reason: str, platform: str = "", username: str = "") -> TimeoutApplied:
    """Return the event of a timeout, of which the remaining time is filled in later."""
    timestamp = int(tx.now.timestamp())
    return TimeoutApplied(platform=platform, username=username, duration_seconds=0, reason=reason, timestamp=timestamp)


def cleared(tx: Tx, reason: str, platform: str = "", username: str = "") -> TimeoutCleared:
    return TimeoutCleared(platform=platform, username=username, reason=reason, timestamp=int(tx.now.timestamp()))


def accounts_of(links: Mapping[str, Link], first: str = "") -> list[dict[str, str]]:
    """Return the fields of an event for each account, those on the platform `first` before the others."""
    order = sorted(links, key=lambda platform: (platform != first, platform))
    return [{"platform": platform, "username": links[platform].username} for platform in order]
