"""API Gateway's REST API, locally: HTTP in, a proxy event to the function of that route, HTTP out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from local.stack.authorizer import Guard
from local.stack.errors import GatewayError, gateway_response
from local.stack.proxy import (
    MalformedAnswer,
    Request,
    Response,
    compressed,
    proxy_event,
    read_answer,
    read_request,
    request_context,
)
from local.stack.resources import Api
from local.stack.routes import Match, Routes
from local.stack.runtime import FunctionError, Runtime, Throttled
from local.stack.streams import Streams

log = logging.getLogger("local.stack.gateway")

MAX_BODY: Final = 10 * 1024 * 1024  # bytes, API Gateway's own limit
INTEGRATION_TIMEOUT: Final = 29  # seconds, API Gateway's own limit

Receive = Callable[[], Coroutine[Any, Any, dict[str, Any]]]
Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
AccessLog = Callable[[str, str, int, float], None]  # method, path, status, milliseconds


class _Gone(Exception):
    """The client disconnected before its request was complete."""


class Gateway:
    """An ASGI application."""

    def __init__(self, api: Api, runtime: Runtime, streams: Streams, access_log: AccessLog) -> None:
        self._api = api
        self._runtime = runtime
        self._streams = streams
        self._routes = Routes(api.routes)
        self._guard = Guard(api, runtime)
        self._access_log = access_log

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request: Request | None = None

        def note(status: int) -> None:
            path = scope["raw_path"].decode("ascii", "replace")
            self._access_log(scope["method"], path, status, (time.perf_counter() - started) * 1000)

        try:
            request = read_request(scope, await _read_body(scope, receive))
            match = self._match(request)
            if match.route.streams:
                await self._stream(request, match, receive, send, note)
                return
            response = await self._answer(request, match)
            response = compressed(response, request.header("accept-encoding"), self._api.least_compressed)
        except GatewayError as error:
            response = gateway_response(error, self._api, request, request.request_id if request else "")
        except _Gone:
            return
        await _send(send, response, request.request_id if request else str(uuid4()))
        note(response.status)

    def _match(self, request: Request) -> Match:
        match = self._routes.match(request.method, request.path)
        if match is None:
            # API Gateway takes an unknown path for one that wants a signature; the template makes it a 404.
            raise GatewayError("MISSING_AUTHENTICATION_TOKEN")
        return match

    async def _answer(self, request: Request, match: Match) -> Response:
        caller = await self._guard.admit(request, match)
        event = proxy_event(request, match, self._api, caller)
        answer = await self._invoke(match, event)
        try:
            return read_answer(answer, self._api, request.header("accept"))
        except MalformedAnswer as error:
            log.error("%s: %s", match.route.function, error)
            raise GatewayError("INTEGRATION_FAILURE") from error

    async def _stream(
        self, request: Request, match: Match, receive: Receive, send: Send, begun: Callable[[int], None]
    ) -> None:
        caller = await self._guard.admit(request, match)
        context = request_context(request, match, self._api, caller)

        async def pass_on(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (b"x-amzn-requestid", request.request_id.encode())]
                message = {**message, "headers": headers}
            with suppress(RuntimeError):  # the client has hung up
                await send(message)

        await self._streams.serve(match.route.function, request, context, receive, pass_on, begun)

    async def _invoke(self, match: Match, event: dict[str, Any]) -> Any:
        try:
            return await self._runtime.invoke(match.route.function, event, INTEGRATION_TIMEOUT)
        except FunctionError as error:
            log.warning("%s failed: %s", match.route.function, error)
            raise GatewayError("INTEGRATION_FAILURE") from error
        except Throttled:
            log.warning("%s is at its ReservedConcurrentExecutions", match.route.function)
            # https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
            raise GatewayError("INTEGRATION_FAILURE", status=500) from None
        except TimeoutError:
            raise GatewayError("INTEGRATION_TIMEOUT") from None


async def _read_body(scope: dict[str, Any], receive: Receive) -> bytes:
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > MAX_BODY:
            raise GatewayError("REQUEST_TOO_LARGE")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise GatewayError("REQUEST_TOO_LARGE")
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, response: Response, request_id: str) -> None:
    headers = [*response.headers, (b"x-amzn-requestid", request_id.encode())]
    without_body = response.status in (204, 304)
    if not without_body:
        headers.append((b"content-length", str(len(response.body)).encode()))
    if response.status == 413:  # the rest of the body is still on its way: nothing can follow it
        headers.append((b"connection", b"close"))
    with suppress(RuntimeError):  # the client has hung up
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if without_body else response.body})
