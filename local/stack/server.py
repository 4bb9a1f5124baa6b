"""uvicorn, configured to accept what API Gateway's clients really send."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from local.stack.sockets import MAX_FRAME, MAX_MESSAGE

GRACE_SECONDS: Final = 2  # for requests under way when the stack stops
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")


class LenientProtocol(HttpToolsProtocol):
    """Accepts raw UTF-8 in the request line by encoding it, because the parser rejects it.

    Old clients do not encode names in a query.
    """

    _in_request_line = True

    def data_received(self, data: bytes) -> None:
        if self._in_request_line:
            line, newline, rest = data.partition(b"\n")
            self._in_request_line = not newline
            if not line.isascii():
                line = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], line)
                data = line + newline + rest
        super().data_received(data)

    def on_message_complete(self) -> None:
        self._in_request_line = True
        super().on_message_complete()


class SocketProtocol(WebSocketsSansIOProtocol):
    """Treats a handshake that the application refused with its own answer as complete.

    The base class would log that the handshake was not answered.
    """

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True


class Server:
    """An ASGI application on a socket that is already listening."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        self._listener = listener
        self._serving: asyncio.Task[None] | None = None
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                app,
                http=LenientProtocol,
                ws=SocketProtocol,
                ws_max_size=(MAX_MESSAGE, MAX_FRAME),  # pyright: ignore[reportArgumentType]  # websockets takes both
                ws_ping_interval=None,  # API Gateway only answers
                ws_per_message_deflate=False,
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="error",
                proxy_headers=False,  # who calls is who is connected, as for API Gateway
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    async def begin(self) -> None:
        self._serving = asyncio.create_task(self._uvicorn.serve(sockets=[self._listener]))
        while not self._uvicorn.started:
            await asyncio.sleep(0.005)

    def refuse(self) -> None:
        """Accept no new connections; open ones stay."""
        for server in self._uvicorn.servers:
            server.close()

    async def end(self) -> None:
        self._uvicorn.should_exit = True
        if self._serving:
            await self._serving
