"""Requests and responses of the stats group. Source: wire 2 and 10."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field, model_validator

from community.players.models import Player
from community.ranking import MAX_NEIGHBOURS, Neighbourhood, Standing
from community.stats import texts
from community.stats.models import Period, Report
from doors.fields import Body, ChatLine, JsonObject, Timestamp, is_whole_number
from doors.nulls import WithNulls
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


class MetricQuery(PeriodQuery):
    """Which leaderboard is meant. `metric` is another name for `event_type`."""

    event_type: EventType
    metric: EventType | None = None

    @model_validator(mode="before")
    @classmethod
    def _other_name(cls, query: Any) -> Any:
        if isinstance(query, dict) and query.get("event_type") is None and "metric" in query:
            return query | {"event_type": query["metric"]}
        return query


class LeaderboardQuery(MetricQuery):
    limit: Annotated[int, is_whole_number] = 10


class RankQuery(MetricQuery, PlayerSelector):
    """A player and a leaderboard."""

    neighbours: Annotated[int, Field(ge=0, le=MAX_NEIGHBOURS), is_whole_number] = 2


class StatsResponse(BaseModel):
    """Event counts within a period, and as a sentence for a chat.

    `events_by_type` and `current_streak` repeat fields under the web panel's names.

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
    message: ChatLine

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
            message=texts.told(report),
        )


class _Place(BaseModel):
    user_id: UUID
    username: str
    count: int
    event_type: str


class Place(_Place):
    """A place on a leaderboard. Players with the same count share a rank."""

    rank: int

    @classmethod
    def of(cls, standing: Standing, event_type: str) -> Place:
        assert standing.rank is not None  # a leaderboard has fewer places than are counted
        return cls(
            user_id=standing.user_id,
            username=standing.username,
            count=standing.count,
            event_type=event_type,
            rank=standing.rank,
        )


class NearbyPlace(_Place, WithNulls):
    """A place near a player's on a leaderboard, or the player's own.

    Attributes:
        rank: null beyond the ranks that are counted.
    """

    rank: int | None

    @classmethod
    def of(cls, standing: Standing, event_type: str) -> NearbyPlace:
        return cls(
            user_id=standing.user_id,
            username=standing.username,
            count=standing.count,
            event_type=event_type,
            rank=standing.rank,
        )


class LeaderboardResponse(BaseModel):
    """The best places, and as a sentence for a chat."""

    event_type: str
    period: str
    entries: list[Place]
    message: ChatLine


class RankResponse(WithNulls):
    """A player's place on a leaderboard, and as a sentence for a chat.

    Attributes:
        rank: null beyond the ranks that are counted, and for a player who is not on the leaderboard.
        entries: the player and those right ahead and right behind, the best first; empty for a player who is not on the
            leaderboard.
    """

    event_type: str
    period: str
    rank: int | None
    count: int
    entries: list[NearbyPlace]
    message: ChatLine

    @classmethod
    def of(cls, player: Player, event_type: str, period: Period, found: Neighbourhood) -> RankResponse:
        return cls(
            event_type=event_type,
            period=period,
            rank=found.own.rank if found.own else None,
            count=found.own.count if found.own else 0,
            entries=[NearbyPlace.of(each, event_type) for each in found.places],
            message=texts.rank(player.username, event_type, period, found),
        )
