"""The values of digests."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct


class ActiveThread(Struct, frozen=True, kw_only=True):
    """A thread in which a persona did something.

    Attributes:
        post_preview: "" if it is not known.
    """

    post_id: UUID
    room_id: UUID | None
    room_name: str | None
    post_preview: str
    activity_count: int
    last_activity_at: datetime


class DailyStats(Struct, frozen=True, kw_only=True):
    """What a persona did in a day.

    Attributes:
        activities: how many things, all types together.
        top_threads: the three in which it did most.
    """

    posts: int = 0
    replies: int = 0
    activities: int = 0
    top_threads: tuple[ActiveThread, ...] = ()

    @property
    def has_activity(self) -> bool:
        return self.posts > 0 or self.replies > 0 or bool(self.top_threads)


class DailyDigest(Struct, frozen=True, kw_only=True):
    """A persona's digest of a day (UTC).

    Attributes:
        updated_at: None for a day that has no digest.
    """

    persona_id: UUID
    date: date
    summary: str
    stats: DailyStats
    updated_at: datetime | None

    @property
    def exists(self) -> bool:
        return self.updated_at is not None


class Candidate(Struct, frozen=True, kw_only=True):
    """A battle that may be in someone's weekly digest.

    Attributes:
        shares, remixes: of the last 14 days.
        is_followed: whether its persona, or one of its speakers, is followed.
    """

    battle_id: UUID
    room_id: UUID
    room_name: str
    content: str
    created_at: datetime
    published_at: datetime
    shares: int
    remixes: int
    is_followed: bool


class WeeklyItem(Struct, frozen=True, kw_only=True):
    """A battle of a weekly digest.

    Attributes:
        summary: one sentence.
    """

    battle_id: UUID
    room_id: UUID
    room_name: str
    topic: str
    summary: str
    score: float
    created_at: datetime


class WeeklyDigest(Struct, frozen=True, kw_only=True):
    """An account's digest of a week.

    Attributes:
        week_start: its Monday.
        generated_at: None if there is no digest.
        is_current_week: False for that of an earlier week.
    """

    week_start: date
    generated_at: datetime | None
    items: tuple[WeeklyItem, ...]
    is_current_week: bool

    @property
    def exists(self) -> bool:
        return self.generated_at is not None
