"""/api/v1/admin/progression: what engagement weighs. Source: wire 7.1."""

from __future__ import annotations

from fastapi import APIRouter, Response

from community.engagement import texts, weights
from doors.call import Call
from doors.fields import Message

router = APIRouter()


@router.post("/api/v1/admin/progression/reload-weights", response_model=Message)
@router.post("/api/admin/progression/reload-weights", response_model=Message)
async def reload_weights(call: Call) -> Response:
    """Weigh engagement by the weights file from now on, and the leaderboard with it. A broken file changes nothing."""
    return call.act(lambda tx: Message(message=texts.reloaded(weights.reload_weights(tx))))
