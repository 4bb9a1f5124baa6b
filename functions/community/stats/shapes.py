"""Requests and responses of the stats group. Source: wire 2 and 10."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field, model_validator

from community.stats.models import Report, Standing
from doors.fields import Body, JsonObject, Timestamp
from functions.community.shapes.fields import NodeKey
from functions.community.shapes.player_selector import PlayerSelector

EventType = NodeKey
"""It has the limits of a node key."""


class EventRequest(PlayerSelector):
    """An event to record. `metadata` is another name for `event_data`."""

    event_type: EventType
    event_data: JsonObject | None = Field(None, validation_alias=AliasChoices("event_data", "metadata"))


class PeriodQuery(Body):
    period: str = Field("daily", description="hourly, daily, weekly, monthly, yearly or all; anything else is daily")


class UserStatsQuery(PeriodQuery, PlayerSelector):
    pass


class LeaderboardQuery(PeriodQuery):
    """Which leaderboard to show. `metric` is another name for `event_type`."""

    event_type: EventType
    metric: EventType | None = None
    limit: int = 10

    @model_validator(mode="before")
    @classmethod
    def _other_name(cls, query: Any) -> Any:
        if isinstance(query, dict) and query.get("event_type") is None and "metric" in query:
            return query | {"event_type": query["metric"]}
        return query


class StatsResponse(BaseModel):
    """Event counts within a period. `events_by_type` and `current_streak` repeat fields under the web panel's names.

    Attributes:
        event_counts: {event type: how often}.
    """

    period: str
    start_time: Timestamp
    end_time: Timestamp
    total_events: int
    event_counts: dict[str, int]
    events_by_type: dict[str, int]
    metrics: dict[str, int] | None = None
    current_streak: int | None = None

    @classmethod
    def of(cls, report: Report) -> StatsResponse:
        counts = dict(report.counts)
        return cls(
            period=report.period,
            start_time=report.start,
            end_time=report.end,
            total_events=sum(counts.values()),
            event_counts=counts,
            events_by_type=counts,
            metrics=None if report.streak is None else {"current_streak": report.streak},
            current_streak=report.streak,
        )


class Place(BaseModel):
    user_id: UUID
    username: str
    count: int
    event_type: str
    rank: int

    @classmethod
    def of(cls, standing: Standing, event_type: str) -> Place:
        return cls(
            user_id=standing.user_id,
            username=standing.username,
            count=standing.count,
            event_type=event_type,
            rank=standing.rank,
        )


class LeaderboardResponse(BaseModel):
    event_type: str
    period: str
    entries: list[Place]
