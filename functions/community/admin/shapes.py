"""Requests and responses of the admin group. Source: wire 13."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from community.players.lookup import Profile
from doors.fields import Body, Message, Timestamp, is_whole_number
from functions.community.shapes.users import UserIds, platform_ids


class ReloadResponse(Message):
    active_theme: str


class CacheStats(BaseModel):
    """Cache statistics. The capitalised names are for old clients."""

    hits: int
    misses: int
    evictions: int
    size: int
    hit_rate: float
    Hits: int
    Misses: int
    Evictions: int
    Size: int


class ClearResponse(Message):
    platform: str
    username: str


class FoundUser(BaseModel):
    id: UUID
    platform: str
    platform_id: str
    username: str
    created_at: Timestamp

    @classmethod
    def of(cls, profile: Profile, platform: str) -> FoundUser:
        link = profile.links[platform]
        return cls(
            id=profile.id,
            platform=platform,
            platform_id=link.platform_id,
            username=link.username,
            created_at=profile.created_at,
        )


class RecentQuery(Body):
    limit: Annotated[int, Field(ge=1, le=100), is_whole_number] = 10


class RecentUser(UserIds):
    """A new player; `platform` and `platform_id` name one of their accounts."""

    platform: str
    platform_id: str
    created_at: Timestamp

    @classmethod
    def of(cls, profile: Profile) -> RecentUser:
        platform, link = next(iter(profile.links.items()))
        return cls(
            internal_id=profile.id,
            id=profile.id,
            username=profile.username,
            platform=platform,
            platform_id=link.platform_id,
            created_at=profile.created_at,
            **platform_ids(profile),
        )


class AdminJobView(BaseModel):
    """A job. The capitalised names are for the web panel."""

    Key: str
    DisplayName: str
    key: str
    display_name: str
