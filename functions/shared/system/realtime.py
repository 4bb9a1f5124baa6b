"""/api/v1/realtime: tickets for listeners."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Response
from pydantic import BaseModel, Field

from doors.call import Call
from doors.fields import Body, Timestamp
from doors.routes import Router
from functions.shared.system.access import require_key
from functions.shared.system.settings import settings
from kernel.database import Tx
from kernel.keys import service as keys
from kernel.realtime.tickets import LONGEST, issue_ticket

router = Router(dependencies=[Depends(require_key)])


class TicketRequest(Body):
    """A request for a ticket."""

    ttl_seconds: Annotated[int, Field(ge=30, le=int(LONGEST.total_seconds()))] = 3600


class TicketResponse(BaseModel):
    """`events_path` follows the address of the API; `websocket_url` is complete: what an overlay opens."""

    ticket: str
    expires_at: Timestamp
    events_path: str
    websocket_url: str | None = None


@router.post("/api/v1/realtime/ticket", response_model=TicketResponse)
async def ticket(body: TicketRequest, call: Call) -> Response:
    """A ticket for an overlay: for a while it opens the event stream and the WebSocket, and nothing else."""

    def use_case(tx: Tx) -> TicketResponse:
        with keys.accepted(tx, call.key_hash):
            issued = issue_ticket(tx, timedelta(seconds=body.ttl_seconds))
        query = f"?ticket={quote(issued.text)}"
        return TicketResponse(
            ticket=issued.text,
            expires_at=issued.expires_at,
            events_path=f"/api/v1/events{query}",
            websocket_url=f"{settings.websocket_url}{query}" if settings.websocket_url else None,
        )

    # Without a stored answer for a retry: the ticket would be readable there, and a retry gets another one.
    return call.respond(call.read(use_case))
