"""Running a FastAPI app for one event of API Gateway, without an event loop.

Our routes are `async def` around synchronous calls, so nothing in a request ever waits for an event loop: one step runs
it to its end. Running a loop for that took as long as all of FastAPI.
"""

from __future__ import annotations

from collections.abc import Coroutine, MutableMapping
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from mangum.handlers import APIGateway
from mangum.types import LambdaConfig

from doors.routes import Route, find_simple_route

T = TypeVar("T")
Message = MutableMapping[str, Any]

_CONFIG = LambdaConfig(
    api_gateway_base_path="/",
    text_mime_types=["text/", "application/json", "image/svg+xml"],
    exclude_headers=[],
)


class WouldBlock(RuntimeError):
    """A route awaits something that is not ready, and there is no event loop to wait in."""

    def __init__(self) -> None:
        super().__init__(
            "This await needs an event loop, and HTTP groups run without one: make the call synchronous, or run the "
            "coroutine with asyncio.run(). Routes and dependencies must be `async def`, so that they need no thread."
        )


def respond(app: FastAPI, event: dict[str, Any]) -> dict[str, Any]:
    """Return an app's answer to an event.

    Raises:
        UnicodeError: the event has text that cannot be encoded.
        Exception: a bug for which the app has sent no answer.
    """
    gateway = APIGateway(event, None, _CONFIG)  # pyright: ignore[reportArgumentType]
    scope = gateway.scope
    exchange = _Exchange(gateway.body)
    route = find_simple_route(app, scope)
    if route is not None:
        response = _run(_respond(app, route, Request(scope, exchange.receive)))
        headers = [[name, value] for name, value in response.raw_headers]
        return gateway({"status": response.status_code, "headers": headers, "body": bytes(response.body)})
    try:
        _run(app(scope, exchange.receive, exchange.send))
    except Exception:
        # Starlette raises a bug again after its handler has logged and answered it.
        if not exchange.is_complete:
            raise
    return gateway({"status": exchange.status, "headers": exchange.headers, "body": bytes(exchange.body)})


async def _respond(app: FastAPI, route: Route, request: Request) -> Response:
    """Return a route's response, or that of the app's handler for its error, which Starlette finds the same way."""
    try:
        return await route.respond(request)
    except Exception as error:
        kind = next(kind for kind in type(error).__mro__ if kind in app.exception_handlers)
        return await app.exception_handlers[kind](request, error)  # pyright: ignore[reportGeneralTypeIssues] # all are async


class _Exchange:
    """The messages of one request and its response."""

    __slots__ = ("_request", "body", "headers", "is_complete", "status")

    def __init__(self, body: bytes) -> None:
        self._request: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self.status = 0
        self.headers: list[list[bytes]] = []
        self.body = bytearray()
        self.is_complete = False

    async def receive(self) -> Message:
        message, self._request = self._request, None
        return message or {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = message.get("headers", [])
        else:
            self.body += message.get("body", b"")
            self.is_complete = not message.get("more_body", False)


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never suspends.

    Raises:
        WouldBlock: it suspended. The error is raised at the await itself, so that its traceback shows the culprit.
    """
    try:
        coroutine.send(None)
        coroutine.throw(WouldBlock())
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise WouldBlock
