"""/api/game/ws for someone who opens no WebSocket there. Those who do reach another API."""

from __future__ import annotations

from fastapi import Response

from doors.errors import error_response
from doors.routes import Router
from kernel.texts import translate

router = Router(include_in_schema=False)


@router.get("/api/game/ws")
async def require_websocket() -> Response:
    """Refuse, as the front does."""
    return error_response(426, "websocket_required", translate("Open a WebSocket here."))
