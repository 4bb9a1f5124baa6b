"""Requests and responses of the engagement routes. Source: wire 7."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, Field

from community.engagement.reports import Breakdown
from community.engagement.rules import PERIOD_DAYS, Trend, Velocity
from community.ranking import Standing
from doors.fields import Body, Message
from functions.community.shapes.fields import Amount, NodeKey, Platform, PlatformId, Username

LEADERS = 10
MOST_LEADERS = 100


class EngagementRequest(Body):
    """Engagement to record. `metric_type` may also be called `action` or `event_type`."""

    platform: Platform
    metric_type: NodeKey = Field(
        validation_alias=AliasChoices("metric_type", "action", "event_type"), examples=["message"]
    )
    value: Amount = 1


class AccountEngagementRequest(EngagementRequest):
    platform_id: PlatformId
    username: Username | None = None


class NameEngagementRequest(EngagementRequest):
    platform_id: PlatformId | None = None


class RecordResponse(Message):
    score: int


class BreakdownResponse(BaseModel):
    messages_sent: int
    commands_used: int
    items_crafted: int
    items_used: int
    total_score: int
    by_type: dict[str, int] | None = None

    @classmethod
    def of(cls, breakdown: Breakdown) -> Self:
        counts = breakdown.by_type
        return cls(
            messages_sent=counts.get("message", 0),
            commands_used=counts.get("command", 0),
            items_crafted=counts.get("item_crafted", 0),
            items_used=counts.get("item_used", 0),
            total_score=breakdown.score,
            by_type=dict(sorted(counts.items())) or None,
        )


def _leaders(value: Any) -> int:
    """The limit; anything unusable means the default."""
    text = str(value).strip()
    # Longer numbers are out of range, and may be too long for int().
    limit = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_LEADERS)) else 0
    return limit if 1 <= limit <= MOST_LEADERS else LEADERS


class LeadersQuery(Body):
    limit: Annotated[int, BeforeValidator(_leaders)] = LEADERS


class LeaderView(BaseModel):
    user_id: UUID
    username: str
    contribution: int
    rank: int

    @classmethod
    def of(cls, leader: Standing) -> Self:
        assert leader.rank is not None  # counted from the best one
        return cls(user_id=leader.user_id, username=leader.username, contribution=leader.count, rank=leader.rank)


class VelocityQuery(Body):
    """The period of a velocity; 0 days or fewer mean the default."""

    days: Annotated[int, Field(le=36_500), AfterValidator(lambda days: days if days > 0 else PERIOD_DAYS)] = PERIOD_DAYS


class VelocityResponse(BaseModel):
    points_per_day: float
    trend: Trend
    period_days: int
    sample_size: int
    total_points: int

    @classmethod
    def of(cls, velocity: Velocity) -> Self:
        return cls(
            points_per_day=float(velocity.points_per_day),
            trend=velocity.trend,
            period_days=velocity.period_days,
            sample_size=velocity.sample_size,
            total_points=int(velocity.total_points),
        )
