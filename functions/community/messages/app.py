"""/api/v1/message: chat messages."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from fastapi import Response

from community.messages import service as messages
from community.messages import texts
from doors.app import create_app, create_handler
from doors.call import Call
from doors.fields import Message
from functions.community.messages.shapes import BatchRequest, BatchResponse, HandleRequest, HandleResponse
from functions.community.shapes.fields import Caller
from kernel.database import Tx

app = create_app("Messages")


@app.post("/api/v1/message/handle", response_model=HandleResponse)
async def handle(body: HandleRequest, call: Call) -> Response:
    """Count a message for its author, and find the configured words in it. An unknown author becomes a player."""

    def use_case(tx: Tx) -> HandleResponse:
        player, matches = messages.handle_message(tx, body.player, body.message)
        return HandleResponse.of(player, matches)

    return call.act(use_case)


@app.post("/api/v1/message/batch", response_model=BatchResponse)
async def batch(body: BatchRequest, call: Call) -> Response:
    """Handle up to 25 lines of one chat in one call, exactly as if they had come one by one: all of them, or none."""
    return call.act(lambda tx: BatchResponse.of(messages.handle_messages(tx, body.platform, body.lines)))


@app.post("/api/v1/message/test", response_model=Message)
@app.post("/api/v1/test", response_model=Message)
async def test(body: Caller, call: Call) -> Response:
    """Check that chat reaches the game: it greets the caller, and counts nothing."""
    return call.act(lambda tx: Message(message=texts.heard(messages.mark_active(tx, body.player).username)))


handler = create_handler(app)
ready()
