"""What administrators see of requests, and do with those that fail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from kernel.errors import Conflict, NotFound
from kernel.events.service import announce_each
from kernel.outside import queries
from kernel.outside.events import OutsideRequested
from kernel.outside.models import DROPPED
from kernel.outside.rules import MAX_ATTEMPTS, RESEND

Status = Literal["pending", "claimed", "failed"]


class NoSuchRequest(NotFound):
    """There is no such request, or it is done."""

    code = "not_found"
    message = "There is no open request {number}. It may be done by now."


class RequestClaimed(Conflict):
    """The request is being answered at this moment."""

    code = "validation"
    message = "Request {number} is being answered. Wait a minute."


class RequestRepeated(Conflict):
    """The same has been asked again since, so a retry would do it twice."""

    code = "validation"
    message = "The same was asked again since request {number} failed. Drop this one."


class OpenRequest(Struct, frozen=True):
    """A request that waits, is being answered, or has failed. What it is about stays inside."""

    request_id: int
    kind: str
    status: Status
    attempts: int
    due_at: datetime
    error: str | None
    account_id: UUID | None
    trace_id: str
    created_at: datetime
    finished_at: datetime | None


class OperationUsage(Struct, frozen=True):
    """What the installation has used today for an operation."""

    operation: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_micros: int


class Overview(Struct, frozen=True):
    """What administrators see."""

    requests: Sequence[OpenRequest]
    usage: Sequence[OperationUsage]


def read_overview(tx: Tx, statuses: Sequence[Status], limit: int) -> Overview:
    """Return the newest requests of some statuses, and today's usage."""
    requests = queries.list_open(tx, statuses, limit)
    usage = queries.list_usage(tx, tx.now.date())
    return Overview(
        [OpenRequest(**row) for row in requests.fetchall()], [OperationUsage(**row) for row in usage.fetchall()]
    )


def retry(tx: Tx, request_id: int) -> None:
    """Let a request be tried now, with all its attempts.

    Raises:
        NoSuchRequest, RequestClaimed, RequestRepeated
    """
    rival = queries.find_rival(tx, request_id)
    status = _lock(tx, request_id)
    if status == "failed" and rival.fetchone() is not None:
        raise RequestRepeated(number=request_id)
    _restart(tx, request_id, attempts=0, error=None)


def drop(tx: Tx, request_id: int) -> None:
    """Delete a request that has failed, or let one that waits fail now, with the consequences that this has.

    Raises:
        NoSuchRequest, RequestClaimed
    """
    if _lock(tx, request_id) == "failed":
        queries.delete_request(tx, request_id)
    else:
        # Only its desk knows the consequences: it is claimed once more, which is one attempt too many.
        _restart(tx, request_id, attempts=MAX_ATTEMPTS, error=DROPPED)


def _lock(tx: Tx, request_id: int) -> Status:
    row = queries.lock_status(tx, request_id).fetchone()
    if row is None or row["status"] == "done":
        raise NoSuchRequest(number=request_id)
    if row["status"] == "claimed":
        raise RequestClaimed(number=request_id)
    return row["status"]


def _restart(tx: Tx, request_id: int, *, attempts: int, error: str | None) -> None:
    announce_each(
        tx,
        OutsideRequested(),
        queries.DUE_PAYLOADS,
        (attempts, error, tx.now, tx.now + RESEND, request_id, tx.now),
        steps=queries.RESTART,
    )
