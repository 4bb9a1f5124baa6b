"""/api/v1/admin/progression: the engagement weights. Source: wire 7.1."""

from __future__ import annotations

from fastapi import Response

from community.engagement import texts, weights
from doors.call import Call
from doors.fields import Message
from doors.routes import Router

router = Router()


@router.post("/api/v1/admin/progression/reload-weights", response_model=Message)
@router.post("/api/admin/progression/reload-weights", response_model=Message)
async def reload_weights(call: Call) -> Response:
    """Reload the engagement weights from their file; the leaderboard follows. An invalid file changes nothing."""
    return call.act(lambda tx: Message(message=texts.reloaded(weights.reload_weights(tx))))
