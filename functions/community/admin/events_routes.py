"""/api/v1/admin: the event log, broadcasts, replays and announcements. Source: wire 13 and 16."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from community.destinations import Destination
from community.event_aliases import ALIASES
from doors.call import Call, answer
from doors.discord.events import DiscordAnnouncementRequested
from doors.field_errors import own_error
from doors.fields import Body, Message, is_whole_number, storable_json
from doors.routes import Router
from functions.community.shapes.fields import Username
from kernel.database import Tx
from kernel.events import replaying
from kernel.events import service as log
from kernel.events.frames import CONNECTED, KEEPALIVE
from kernel.events.log import Entry, read_log
from kernel.idempotency import Answer
from kernel.realtime.presence import count_listeners
from kernel.texts import translate, translate_n

router = Router()

MOST_KIB = 64
"""Of a payload, in UTF-8. Escaping may triple it; the limit of the bus is 256 KB, of a WebSocket message 128 KB."""

GREEN = 0x2ECC71

_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_ZONE = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})$")
_RESERVED = (CONNECTED, KEEPALIVE, replaying.ReplayRequested.type)


def _canonical(event_type: str) -> str:
    return ALIASES.earlier.get(event_type, event_type)


def _with_plus(moment: Any) -> Any:
    """Restore the plus of a time zone: older clients do not encode it, so it arrives as a space. Source: wire 17."""
    return _ZONE.sub(r"\1+\2", moment) if isinstance(moment, str) else moment


Moment = Annotated[AwareDatetime, BeforeValidator(_with_plus)]


EventType = Annotated[Username, AfterValidator(_canonical)]


class EventsQuery(Body):
    user_id: UUID | None = None
    event_type: EventType | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=1000), is_whole_number] = 50


class EventRow(BaseModel):
    id: int
    event_type: str
    user_id: UUID | None = None
    event_id: UUID
    payload: Any = None
    metadata: dict[str, Any] | None = None
    created_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> EventRow:
        return cls(
            id=entry.position,
            event_type=entry.type,
            user_id=entry.user_id,
            event_id=entry.event_id,
            payload=entry.payload,
            metadata=dict(entry.metadata) or None,
            created_at=entry.created_at,
        )


class EventsResponse(BaseModel):
    events: list[EventRow]


def _broadcastable(event_type: str) -> str:
    if not _TYPE.fullmatch(event_type):
        raise own_error("event_type", translate("must be up to 100 letters, digits, dots, dashes and underscores"))
    if event_type in _RESERVED or event_type.startswith(("discord.", "outside.")):
        raise own_error("event_type", translate("is a type that cannot be broadcast"))
    return _canonical(event_type)  # a listener who asked for the older name gets it under that one


def _sendable(payload: Any) -> Any:
    return storable_json(payload, MOST_KIB)


class BroadcastRequest(BaseModel):
    """An event for all listeners. `payload` may be null, but not absent."""

    type: Annotated[str, Field(validation_alias=AliasChoices("type", "event_type")), AfterValidator(_broadcastable)]
    payload: Annotated[Any, AfterValidator(_sendable)]


class BroadcastResponse(Message):
    type: str
    client_count: int


class ReplayRequest(Body):
    since: AwareDatetime
    until: AwareDatetime
    event_type: EventType | None = None
    user_id: UUID | None = None
    to: Destination


class ReplayResponse(Message):
    """How many events will be published for `to` alone, marked with `replay_id`."""

    replay_id: UUID
    to: str
    events: int


class AnnounceRequest(Body):
    """An announcement; the limits are Discord's."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    description: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]
    color: Annotated[int, Field(ge=0, le=0xFFFFFF), is_whole_number] = GREEN

    @model_validator(mode="after")
    def _storable(self) -> AnnounceRequest:
        storable_json({"title": self.title, "description": self.description}, MOST_KIB)
        return self


class AnnounceResponse(BaseModel):
    status: Literal["ok"] = "ok"


@router.get("/api/v1/admin/events", response_model=EventsResponse)
async def events(query: Annotated[EventsQuery, Query()], call: Call) -> Response:
    """The event log, newest first; filtered by player, type and time."""

    def use_case(tx: Tx) -> EventsResponse:
        entries = read_log(
            tx,
            user_id=query.user_id,
            event_type=query.event_type,
            since=query.since,
            until=query.until,
            limit=query.limit,
        )
        return EventsResponse(events=[EventRow.of(entry) for entry in entries])

    return call.look(use_case)


@router.post("/api/v1/admin/sse/broadcast", response_model=BroadcastResponse)
async def broadcast(body: BroadcastRequest, call: Call) -> Response:
    """Send an event to all listeners. `client_count` is the number of listeners on the stream."""

    def use_case(tx: Tx) -> BroadcastResponse:
        listeners = count_listeners(tx)
        log.broadcast(tx, body.type, body.payload)
        return BroadcastResponse(message=translate("Sent to all listeners."), type=body.type, client_count=listeners)

    return call.act(use_case)


@router.post("/api/v1/admin/events/replay", response_model=ReplayResponse, status_code=202)
async def replay(body: ReplayRequest, call: Call) -> Response:
    """Publish a part of the log again, for one destination only. The game itself does not change."""

    def use_case(tx: Tx) -> Answer:
        request, count = replaying.request_replay(
            tx, body.to, body.since, body.until, event_type=body.event_type, player_id=body.user_id
        )
        accepted = ReplayResponse(
            message=translate_n(
                "{n} event is on its way to {destination}.",
                "{n} events are on their way to {destination}.",
                count,
                destination=body.to,
            ),
            replay_id=request.replay_id,
            to=body.to,
            events=count,
        )
        return answer(accepted, 202)

    return call.act(use_case)


@router.post("/api/v1/admin/announce", response_model=AnnounceResponse)
async def announce(body: AnnounceRequest, call: Call) -> Response:
    """Post an announcement in the developers' Discord channel."""

    def use_case(tx: Tx) -> AnnounceResponse:
        log.announce(tx, DiscordAnnouncementRequested(title=body.title, description=body.description, color=body.color))
        return AnnounceResponse()

    return call.act(use_case)
