"""API Gateway's WebSocket APIs, locally: messages become invocations, and functions post to connections by id.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from local.stack import clock
from local.stack.authorizer import allows, ask
from local.stack.cloudformation import ACCOUNT, REGION
from local.stack.errors import GatewayError, plain_response
from local.stack.gateway import INTEGRATION_TIMEOUT, AccessLog, Receive, Send
from local.stack.proxy import Request, both, forwarded, read_request
from local.stack.resources import SocketApi
from local.stack.runtime import FunctionError, Runtime, Throttled

log = logging.getLogger("local.stack.sockets")
now = time.time

# API Gateway's own limits. What clients send is measured by the server, which closes with 1009.
MAX_FRAME: Final = 32 * 1024
MAX_MESSAGE: Final = 128 * 1024
IDLE_SECONDS: Final = 600.0
LONGEST_SECONDS: Final = 7200.0
PATIENCE_SECONDS: Final = 5.0  # with a client that does not read

GOING_AWAY: Final = 1001


class Gone(Exception):
    """The connection does not exist, or no longer."""


class TooLarge(Exception):
    """The message exceeds the limit."""


@dataclass(eq=False, slots=True)
class _Connection:
    connection_id: str
    request: Request
    send: Send
    caller: Mapping[str, Any] | None = None
    opened: float = field(default_factory=lambda: now())
    active: float = field(default_factory=lambda: now())
    ended: tuple[int, str] | None = None  # code and reason
    waiting: asyncio.Timeout | None = None  # for the client to say something

    @property
    def left(self) -> float:
        """Seconds until the connection times out, unless the client sends something."""
        return min(self.active + IDLE_SECONDS, self.opened + LONGEST_SECONDS) - now()


class Connections:
    """The open connections of all WebSocket APIs, to which functions post. Used only on the event loop of the bus."""

    def __init__(self) -> None:
        self._open: dict[str, _Connection] = {}

    def add(self, connection: _Connection) -> None:
        """From now on, functions can post to it."""
        self._open[connection.connection_id] = connection

    def remove(self, connection: _Connection) -> None:
        """It has ended."""
        self._open.pop(connection.connection_id, None)

    async def post(self, connection_id: str, data: bytes) -> None:
        """Send a message to a client.

        Raises:
            Gone, TooLarge
        """
        connection = self._find(connection_id)
        if len(data) > MAX_MESSAGE:
            raise TooLarge
        connection.active = now()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await connection.send({"type": "websocket.send", "text": data.decode("utf-8", "replace")})
        except TimeoutError:
            connection.ended = (GOING_AWAY, "the client does not read")
            await self.close(connection_id)
            raise Gone from None
        except (OSError, RuntimeError):  # it was closing
            raise Gone from None

    async def close(self, connection_id: str, code: int = 1000) -> None:
        """Close a connection.

        Raises:
            Gone
        """
        connection = self._find(connection_id)
        connection.ended = connection.ended or (code, "Connection Closed Normally")
        del self._open[connection_id]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await connection.send({"type": "websocket.close", "code": code})
        except TimeoutError:
            if connection.waiting:  # the close frame cannot be sent, so the connection is dropped
                connection.waiting.reschedule(0)
        except (OSError, RuntimeError):
            pass  # it was closing

    def describe(self, connection_id: str) -> dict[str, Any]:
        """The connection's details, as GetConnection answers.

        Raises:
            Gone
        """
        connection = self._find(connection_id)
        identity = {"sourceIp": connection.request.source_ip, "userAgent": connection.request.header("user-agent")}
        return {
            "connectedAt": _iso(connection.opened),
            "identity": identity,
            "lastActiveAt": _iso(connection.active),
        }

    def _find(self, connection_id: str) -> _Connection:
        try:
            return self._open[connection_id]
        except KeyError:
            raise Gone from None


class Sockets:
    """An ASGI application for the WebSocket connections of one API, on the event loop of the bus."""

    def __init__(self, api: SocketApi, runtime: Runtime, connections: Connections, access_log: AccessLog) -> None:
        self._api = api
        self._runtime = runtime
        self._connections = connections
        self._access_log = access_log
        self._stopping = False

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        request = read_request({**scope, "method": "GET"}, b"")
        # Sixteen characters that end in "=", as AWS's do.
        connection = _Connection(base64.urlsafe_b64encode(secrets.token_bytes(11)).decode(), request, send)
        started = time.perf_counter()
        try:
            await self._admit(connection)
        except GatewayError as error:
            status, body = plain_response(error)
            headers = [(b"content-type", b"application/json"), (b"x-amzn-requestid", request.request_id.encode())]
            await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
            await send({"type": "websocket.http.response.body", "body": body})
        else:
            status = 101
            self._connections.add(connection)
            with suppress(OSError):  # the client has gone already, which is what we receive next
                await send({"type": "websocket.accept"})
        self._access_log("WS", request.path, status, (time.perf_counter() - started) * 1000)
        if status == 101:
            await self._keep(connection, receive)

    def stop(self) -> None:
        """From now on, do not report the ends of connections: the stack itself closes them."""
        self._stopping = True

    async def _admit(self, connection: _Connection) -> None:
        """Authorize a handshake and invoke $connect.

        Raises:
            GatewayError: the handshake is refused.
        """
        if self._api.authorizer is not None:
            await self._authorize(connection, self._api.authorizer)
        if "$connect" not in self._api.routes:
            return
        try:
            answer = await self._invoke("$connect", self._opening(connection))
        except (FunctionError, TimeoutError) as error:
            raise GatewayError("INTEGRATION_FAILURE") from error
        except Throttled:
            raise GatewayError("INTEGRATION_FAILURE", status=500) from None
        status = answer.get("statusCode", 200) if isinstance(answer, dict) else None
        if not isinstance(status, int):
            raise GatewayError("INTEGRATION_FAILURE")
        if status >= 400:
            raise GatewayError("ACCESS_DENIED", status=status)

    async def _authorize(self, connection: _Connection, authorizer: str) -> None:
        if not all(_is_present(source, connection.request) for source in self._api.identity):
            raise GatewayError("UNAUTHORIZED")
        resource = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self._api.name}/{self._api.stage}/$connect"
        event = {"type": "REQUEST", "methodArn": resource, **self._opening(connection)}
        verdict = await ask(self._runtime, authorizer, event)
        if not allows(verdict.statements, resource):
            raise GatewayError("ACCESS_DENIED")
        connection.caller = verdict.context

    async def _keep(self, connection: _Connection, receive: Receive) -> None:
        try:
            while not await self._step(connection, receive) and not connection.ended:
                pass
        finally:
            self._connections.remove(connection)
        if "$disconnect" in self._api.routes and not self._stopping:
            await self._invoke_disconnect(connection)

    async def _step(self, connection: _Connection, receive: Receive) -> bool:
        """Wait for the client's next message and handle it; returns whether it was the last."""
        try:
            async with asyncio.timeout(min(max(0, connection.left), clock.STEP_SECONDS)) as connection.waiting:
                message = await receive()
        except TimeoutError:
            if connection.ended:
                return True
            if connection.left > 0:
                return False
            connection.ended = (GOING_AWAY, "Going away")
            with suppress(Gone):
                await self._connections.close(connection.connection_id, GOING_AWAY)
            return True
        if message["type"] == "websocket.disconnect":
            connection.ended = connection.ended or (message.get("code", 1005), message.get("reason") or "")
            return True
        connection.active = now()
        await self._take(connection, message)
        return False

    async def _take(self, connection: _Connection, message: Mapping[str, Any]) -> None:
        text = message.get("text")
        body = text if text is not None else base64.b64encode(message["bytes"]).decode()
        route = self._route(text)
        event = self._event(connection, route, "MESSAGE", messageId=str(uuid4()))
        event |= {"body": body, "isBase64Encoded": text is None}
        if route not in self._api.routes:
            await self._send_error(connection, event, "Forbidden")
            return
        try:
            answer = await self._invoke(route, event)
        except (FunctionError, Throttled, TimeoutError) as error:
            log.warning("%s failed: %s", self._api.routes[route], error or type(error).__name__)
            await self._send_error(connection, event, "Internal server error")
            return
        said = answer.get("body") if isinstance(answer, dict) else None
        if route in self._api.responding and said:
            try:
                await self._connections.post(connection.connection_id, str(said).encode())
            except Gone:
                pass
            except TooLarge:
                log.warning("%s answered more than a message holds", self._api.routes[route])
                await self._send_error(connection, event, "Internal server error")

    async def _send_error(self, connection: _Connection, event: Mapping[str, Any], message: str) -> None:
        request_id = event["requestContext"]["requestId"]
        text = {"message": message, "connectionId": connection.connection_id, "requestId": request_id}
        with suppress(Gone):
            await self._connections.post(connection.connection_id, json.dumps(text).encode())

    async def _invoke_disconnect(self, connection: _Connection) -> None:
        code, reason = connection.ended or (1006, "")
        event = self._event(connection, "$disconnect", "DISCONNECT", disconnectStatusCode=code, disconnectReason=reason)
        try:
            await self._invoke("$disconnect", event)
        except (FunctionError, Throttled, TimeoutError) as error:  # best effort in AWS, too
            log.warning("%s failed: %s", self._api.routes["$disconnect"], error or type(error).__name__)

    async def _invoke(self, route: str, event: Mapping[str, Any]) -> Any:
        return await self._runtime.invoke(self._api.routes[route], event, INTEGRATION_TIMEOUT)

    def _route(self, text: str | None) -> str:
        """The route that a message names, in the field of the API's RouteSelectionExpression."""
        try:
            named = json.loads(text or "")[self._api.selector]
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return "$default"
        own = isinstance(named, str) and not named.startswith("$") and named in self._api.routes
        return named if own else "$default"

    def _opening(self, connection: _Connection) -> dict[str, Any]:
        headers, multi_headers = both(forwarded(connection.request))
        query, multi_query = both(connection.request.query)
        event = self._event(connection, "$connect", "CONNECT")
        event |= {"headers": headers, "multiValueHeaders": multi_headers}
        if query:
            event |= {"queryStringParameters": query, "multiValueQueryStringParameters": multi_query}
        return event

    def _event(self, connection: _Connection, route: str, kind: str, **more: Any) -> dict[str, Any]:
        moment = now()
        context = {
            "routeKey": route,
            "eventType": kind,
            "messageDirection": "IN",
            "extendedRequestId": str(uuid4()),
            "requestId": str(uuid4()),
            "requestTime": datetime.fromtimestamp(moment, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(moment * 1000),
            "connectionId": connection.connection_id,
            "connectedAt": int(connection.opened * 1000),
            "stage": self._api.stage,
            "apiId": self._api.name,
            "domainName": connection.request.domain_name,
            "identity": {
                "sourceIp": connection.request.source_ip,
                "userAgent": connection.request.header("user-agent"),
            },
            **more,
        }
        if connection.caller is not None:
            context["authorizer"] = dict(connection.caller)
        return {"requestContext": context, "isBase64Encoded": False}


def _is_present(source: str, request: Request) -> bool:
    where, _, name = source.removeprefix("route.request.").partition(".")
    return bool(request.header(name) if where == "header" else request.parameter(name))


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
