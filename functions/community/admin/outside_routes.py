"""/api/v1/admin/outside: requests to the outside, such as AI texts and mails. Not in the original's API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from doors.call import Call
from doors.fields import Body, Message, is_whole_number
from doors.routes import Router
from kernel.database import Tx
from kernel.outside import administration
from kernel.outside.administration import Overview
from kernel.texts import translate

router = Router()

STATUSES: tuple[administration.Status, ...] = ("pending", "claimed", "failed")
MICROS = 1_000_000


class OutsideQuery(BaseModel):
    status: Literal["pending", "claimed", "failed"] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class OutsideRequestView(BaseModel):
    """A request. `error` says why its last attempt failed; `trace_id` is the id of the call that asked."""

    id: int
    kind: str
    status: str
    attempts: int
    due_at: datetime
    error: str | None = None
    account_id: UUID | None = None
    trace_id: str
    created_at: datetime
    finished_at: datetime | None = None


class OutsideUsageView(BaseModel):
    """What all accounts together have used today for an operation."""

    operation: str
    calls: int
    input_tokens: int
    output_tokens: int
    dollars: float


class OutsideView(BaseModel):
    """Requests, those that were asked last first, and today's usage."""

    requests: list[OutsideRequestView]
    usage: list[OutsideUsageView]

    @classmethod
    def of(cls, overview: Overview) -> OutsideView:
        return cls(
            requests=[
                OutsideRequestView(
                    id=each.request_id,
                    kind=each.kind,
                    status=each.status,
                    attempts=each.attempts,
                    due_at=each.due_at,
                    error=each.error,
                    account_id=each.account_id,
                    trace_id=each.trace_id,
                    created_at=each.created_at,
                    finished_at=each.finished_at,
                )
                for each in overview.requests
            ],
            usage=[
                OutsideUsageView(
                    operation=each.operation,
                    calls=each.calls,
                    input_tokens=each.input_tokens,
                    output_tokens=each.output_tokens,
                    dollars=each.cost_micros / MICROS,
                )
                for each in overview.usage
            ],
        )


class OutsideRequestBody(Body):
    id: Annotated[int, Field(ge=1, le=2**63 - 1), is_whole_number]


@router.get("/api/v1/admin/outside", response_model=OutsideView)
async def list_outside_requests(query: Annotated[OutsideQuery, Query()], call: Call) -> Response:
    """The requests to the outside that wait, are being answered, or have failed within the last week."""
    statuses: Sequence[administration.Status] = (query.status,) if query.status else STATUSES
    return call.look(lambda tx: OutsideView.of(administration.read_overview(tx, statuses, query.limit)))


@router.post("/api/v1/admin/outside/retry", response_model=Message)
async def retry_outside_request(body: OutsideRequestBody, call: Call) -> Response:
    """Try a request now that waits for its next attempt or has failed. It gets all its attempts again."""

    def use_case(tx: Tx) -> Message:
        administration.retry(tx, body.id)
        return Message(message=translate("Request {number} is tried again now.", number=body.id))

    return call.act(use_case)


@router.post("/api/v1/admin/outside/drop", response_model=Message)
async def drop_outside_request(body: OutsideRequestBody, call: Call) -> Response:
    """Give up a request that waits, with the consequences of a failure; or forget one that has failed."""

    def use_case(tx: Tx) -> Message:
        administration.drop(tx, body.id)
        return Message(message=translate("Request {number} is dropped.", number=body.id))

    return call.act(use_case)
