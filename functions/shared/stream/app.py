"""/api/v1/events: a stream of events as they happen."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from community.event_aliases import ALIASES
from doors.answers import NOT_STORED, SECURITY_HEADERS, request_id_of
from doors.app import create_app
from doors.front import address_of
from functions.shared.stream.hub import Hub
from functions.shared.stream.listening import HEADERS, EventStream, StreamRequest
from kernel.events.frames import Filter

PATH = "/api/v1/events"
CONTEXT = "x-amzn-request-context"
"""The header in which the Lambda Web Adapter passes on API Gateway's request context; it replaces a caller's own."""

FRAME: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["id", "event", "data"],
}
"""The schema of an event in the stream."""


class CompleteHeaders:
    """Middleware that adds our common headers and the request's id, and ignores a trailing slash.

    Any page may listen. Source: wire 1, 1.2.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers.setdefault("Cache-Control", NOT_STORED["cache-control"])
                headers["X-Request-ID"] = scope["brandish.request_id"]
                headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        if scope["type"] == "http":
            scope["brandish.request_id"] = request_id_of(Headers(scope=scope))
            scope["path"] = scope["path"].rstrip("/")
            await self._app(scope, receive, send_complete)
        else:
            await self._app(scope, receive, send)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Create the hub at startup and close it at shutdown."""
    app.state.hub = Hub()
    yield
    await app.state.hub.close()


def hub_of(app: FastAPI) -> Hub:
    """Return the hub of a running app."""
    return app.state.hub


app = create_app("Stream", route_class=APIRoute)
app.router.lifespan_context = lifespan
served = CompleteHeaders(app)
"""The app that servers run. Middleware added to `app` would not see Starlette's answer to a bug."""


async def context(request: Request) -> dict[str, Any]:
    """Return API Gateway's request context. Any caller with a key or a ticket may listen."""
    said = request.headers.getlist(CONTEXT)
    found: dict[str, Any] = (json.loads(said[-1]) if said else None) or {}
    if not _authorizer(found).get("role"):
        raise HTTPException(401)
    return found


Context = Annotated[dict[str, Any], Depends(context)]


@app.get(
    PATH,
    status_code=200,
    response_class=EventStream,
    responses={200: {"description": "Frames.", "content": {"text/event-stream": {"schema": FRAME}}}},
)
async def events(
    request: Request,
    context: Context,
    types: Annotated[str, Query(description="Comma list of the types wanted; empty for all.")] = "",
    last_event_id: Annotated[str, Query(description="As the header, for clients that cannot set it.")] = "",
    last_event_id_header: Annotated[
        str, Header(alias="Last-Event-ID", description="Id of the last frame got: go on behind it.")
    ] = "",
) -> Response:
    """What happens, as server-sent events, from now on or from where a listener has been.

    Every frame's id is a place to go on from, that of `connected` and `keepalive` too. The server ends a stream before
    it gets old; a client comes back with the last id, and has missed nothing. When its key is revoked, a last event
    `key_revoked`, without an id, says so.
    """
    caller = _authorizer(context)
    stream_request = StreamRequest(
        Filter.of(types, ALIASES),
        _uuid(last_event_id_header) or _uuid(last_event_id),
        "" if caller.get("ticket") else caller.get("principalId", ""),
        {
            "request_id": request.scope["brandish.request_id"],
            "remote_addr": address_of({"requestContext": context}, request.headers),
            "key_name": caller.get("principalId"),
        },
    )
    return EventStream(hub_of(request.app), stream_request)


@app.head(PATH, include_in_schema=False)
async def head(context: Context) -> Response:
    """Answer a HEAD request with the stream's headers."""
    return Response(headers=HEADERS)


@app.get("/ready", include_in_schema=False)
async def is_ready() -> Response:
    """Tell the Lambda Web Adapter that the server has started. API Gateway does not expose this route."""
    return Response()


def _authorizer(context: dict[str, Any]) -> dict[str, Any]:
    authorizer: dict[str, Any] = context.get("authorizer") or {}
    return authorizer | (authorizer.get("lambda") or {})


def _uuid(text: str) -> UUID | None:
    """Return the UUID; None if the text is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None


ready()
