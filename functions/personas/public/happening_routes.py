"""What pages tell about what people do there. Source: personas 13."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Final

from fastapi import Response

from doors.call import Call, answer
from doors.people import limit_address, maybe_signed_in, refuse_other_sites
from doors.routes import Router
from functions.personas.door import parse_body
from functions.personas.shapes.happenings import HappeningBody, OkShape
from kernel.accounts.key_ring import ring
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.rate_limits import RateLimit
from personas.happenings import service as happenings

router = Router()

EVENTS: Final = RateLimit("events", 60, per="ip")
EVENTS_OF_DAY: Final = RateLimit("events_day", 2000, timedelta(days=1), per="ip")


@router.post("/api/personas/events", response_model=OkShape, status_code=202)
async def record(call: Call) -> Response:
    """Record something that someone did on a page; only what pages may send."""
    refuse_other_sites(call)
    body = await parse_body(call, HappeningBody)
    viewer = maybe_signed_in(call)

    def use_case(tx: Tx) -> Answer:
        sent = body()
        happenings.record_of_client(
            tx, sent.event_name, viewer.account_id if viewer else None, sent.metadata or {}, _hash_of(call.network)
        )
        return answer(OkShape(), 202)

    return call.act(limit_address(call, EVENTS)(limit_address(call, EVENTS_OF_DAY)(use_case)))


def _hash_of(address: str) -> str | None:
    """Return a name for what counts as one address that no one can turn back into it without our key."""
    if not address:
        return None
    return hmac.digest(ring("sharers")[0].signing, address.encode(), "sha256").hex()[:32]
