"""The limits on points per minute and on identical lines in a row."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import blake2b

from msgspec.structs import replace

from community.recent_activity.models import RecentActivity


def heard(recent: RecentActivity, text: str, limit: int) -> tuple[RecentActivity, bool]:
    """Return the recent activity after a line of chat, and whether the line counts.

    Lines that differ only in case, blanks or the form of their letters are identical. An empty line, which a client may
    send that does not tell what was written, always counts.

    Args:
        limit: how many identical lines in a row count; 0 for all.
    """
    written = "".join(unicodedata.normalize("NFKC", text).casefold().split()) if limit else ""
    if not written:
        return recent, True
    line = blake2b(written.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    # Counted no further than needed, so that a flood of one line changes nothing that would have to be stored.
    count = min(recent.line_count, limit) + 1 if line == recent.line else 1
    return replace(recent, line=line, line_count=count), count <= limit


def room(recent: RecentActivity, now: datetime, limit: int) -> int:
    """Return how many points the player can still earn in this minute."""
    return max(0, limit - (recent.points if recent.minute == _minute(now) else 0))


def earned(recent: RecentActivity, now: datetime, points: int) -> RecentActivity:
    """Return the recent activity after earning points."""
    minute = _minute(now)
    before = recent.points if recent.minute == minute else 0
    return replace(recent, minute=minute, points=before + points)


def merged(
    one: RecentActivity, other: RecentActivity, *, of_minute: Callable[[Iterable[int]], int] = sum
) -> RecentActivity:
    """Return the recent activity of two merged players: the later minute, with the points of both if it is the same.

    Args:
        of_minute: of the points of both. They add up; but players of one person have the same points, and `max` counts
            them once.
    """
    later, earlier = (one, other) if one.minute >= other.minute else (other, one)
    if later.minute == earlier.minute:
        return replace(later, points=of_minute((later.points, earlier.points)))
    return later


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
