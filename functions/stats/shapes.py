"""What the stats group takes and answers. Source: wire 2 and 10."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from brandish.players.models import PlayerRef
from brandish.stats.models import Report, Standing
from doors.fields import Body, NodeKey, Platform, PlatformId, Timestamp, Username

EventType = NodeKey
"""The limits are the same."""

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_LEVELS = 20


def _storable(data: dict[str, Any]) -> dict[str, Any]:
    """Python reads numbers and characters as JSON that are not JSON to the database."""
    if _deeper_than(_LEVELS, data):
        raise PydanticCustomError("too_deep", "must not be nested deeper than 20 levels")
    try:
        text = json.dumps(data, allow_nan=False, ensure_ascii=False)
        text.encode()
    except ValueError as error:
        raise PydanticCustomError("not_json", "must be plain JSON") from error
    if _NUL.search(text):
        raise PydanticCustomError("control_characters", "must not contain NUL")
    return data


def _deeper_than(levels: int, value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inside is None:
        return False
    return levels == 0 or any(_deeper_than(levels - 1, each) for each in inside)


class OwnId(Body):
    user_id: UUID


class Account(Body):
    platform: Platform
    platform_id: PlatformId


class EventRequest(Body):
    """A player is named by our id, or else by an account. `metadata` is another name for `event_data`."""

    user_id: UUID | None = None
    platform: Platform | None = None
    platform_id: PlatformId | None = None
    event_type: EventType
    event_data: Annotated[dict[str, Any], AfterValidator(_storable)] | None = Field(
        None, validation_alias=AliasChoices("event_data", "metadata")
    )

    @model_validator(mode="before")
    @classmethod
    def _names_a_player(cls, body: Any) -> Any:
        if isinstance(body, dict) and body.get("user_id") is None:
            # A refusal names what is missing.
            (Account if body.keys() & Account.model_fields else OwnId).model_validate(body)
        return body

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform or "", self.platform_id, user_id=self.user_id)


class PeriodQuery(Body):
    period: str = Field("daily", description="hourly, daily, weekly, monthly, yearly or all; anything else is daily")


class UserStatsQuery(PeriodQuery):
    """By `platform_id`, or else by `username`."""

    platform: Platform
    platform_id: PlatformId | None = None
    username: Username | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_a_player(cls, query: Any) -> Any:
        if isinstance(query, dict) and query.get("username") is None:
            Account.model_validate(query)
        return query

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform, self.platform_id, self.username)


class LeaderboardQuery(PeriodQuery):
    """`metric` is another name for `event_type`."""

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
    """`events_by_type` and `current_streak` repeat what the web panel reads under these names.

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
