"""/api/v1/message: chat messages."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from fastapi import Response

from community.messages import service as messages
from community.messages import texts
from community.messages.models import Line
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
    """Handle up to 25 lines of one chat in one call, exactly as if they had come one by one.

    A line with an invalid field gets the `error` that it would have got alone, and the others count.
    """

    def use_case(tx: Tx) -> BatchResponse:
        lines = [entry for entry in body.entries if isinstance(entry, Line)]
        handled = messages.handle_messages(tx, body.platform, lines) if lines else []
        return BatchResponse.of(body.entries, handled)

    return call.act(use_case)


@app.post("/api/v1/message/test", response_model=Message)
@app.post("/api/v1/test", response_model=Message)
async def test(body: Caller, call: Call) -> Response:
    """Check that chat reaches the game: it greets the caller, and counts nothing."""
    return call.act(lambda tx: Message(message=texts.heard(messages.mark_active(tx, body.player).username)))


handler = create_handler(app)
ready()
