"""Functions that stream their answer: web applications behind the Lambda Web Adapter, locally.

Each application runs all its streams on its own event loop, so that its waiting for the database blocks no other code.
In AWS every stream has its own environment; here a hundred threads would only be slower. ReservedConcurrentExecutions
is ignored here: it protects a database that is smaller than this one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import uvloop

from local.stack.environment import own_variables, shared_variables
from local.stack.errors import GatewayError
from local.stack.proxy import Headers, Request, forwarded
from local.stack.resources import Function
from local.stack.runtime import load_code
from local.stack.supervision import SupervisedThread

log = logging.getLogger("local.stack.streams")
traces = logging.getLogger("functions")

HIGH_WATER: Final = 65536  # bytes on their way to one client, before its sender has to wait
GRACE_SECONDS: Final = 1.0  # for an application to end streams without a listener
HOP_BY_HOP: Final = frozenset({"connection", "transfer-encoding", "content-length", "expect"})

Message = dict[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]
App = Callable[[Message, Receive, Send], Coroutine[Any, Any, None]]


class Streams:
    """The streaming functions. Used only on the gateway's event loop.

    Args:
        functions: all functions of this process; those that stream are selected.
    """

    def __init__(self, functions: Iterable[Function], on_start: Callable[[Function], None] = lambda _: None) -> None:
        """Nothing runs yet.

        Args:
            on_start: called in the thread of an application, once it has been imported.
        """
        functions = list(functions)
        shared = shared_variables(functions)
        self._servers = {
            function.name: _Server(function, function.web_app, own_variables(function, shared), on_start)
            for function in functions
            if function.web_app
        }

    async def begin(self) -> None:
        """Import and start the applications. One that cannot be imported fails when it is requested."""
        for server in self._servers.values():
            await server.begin()

    async def serve(
        self,
        function: str,
        request: Request,
        context: Mapping[str, Any],
        receive: Receive,
        send: Send,
        begun: Callable[[int], None],
    ) -> None:
        """Pass the answer on until it is complete, the client disconnects or the function times out.

        Args:
            context: the proxy event's requestContext.
            begun: called with the status.

        Raises:
            GatewayError: INTEGRATION_FAILURE, when the application ended without an answer.
        """
        server = self._servers[function]
        stream = server.open(request, context)
        listener = asyncio.create_task(_hang_up(receive, stream))
        try:
            async with asyncio.timeout(server.function.timeout_seconds):
                await stream.pass_on(send, begun)
        except TimeoutError:
            log.warning("%s timed out after %.2f seconds", function, server.function.timeout_seconds)
        finally:
            listener.cancel()
            server.close(stream)
        if stream.gone:
            return
        if not stream.begun:
            raise GatewayError("INTEGRATION_FAILURE")
        if not stream.complete:
            await send({"type": "http.response.body", "body": b""})

    async def release_streams(self) -> None:
        """End open streams within about a second, and every later one as soon as it has started."""
        await asyncio.gather(*(server.release_streams() for server in self._servers.values()))

    async def stop(self) -> None:
        """End the applications. No requests may arrive after this."""
        await asyncio.gather(*(server.stop() for server in self._servers.values()))


class _Stream:
    """One request and its answer, between the gateway's event loop and the application's."""

    def __init__(self, scope: Message, body: bytes, hand_over: Callable[[_Stream, Message | None], None]) -> None:
        # The gateway's side.
        self.begun = False
        self.complete = False
        self.gone = False  # the client has hung up
        self.arrived = asyncio.Queue[Message | None]()
        self._passed_bytes = 0
        # The application's side.
        self.scope = scope
        self.task: asyncio.Task[None] | None = None
        self.incoming = asyncio.Queue[Message]()
        self.incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
        self._deliver = hand_over
        self._sent_bytes = 0
        self._waits = False
        self._room = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def pass_on(self, send: Send, begun: Callable[[int], None]) -> None:
        """Forward what the application sends, until it or another party ends the stream."""
        while not self.complete and (message := await self.arrived.get()) is not None and not self.gone:
            if message["type"] == "http.response.start":
                self.begun = True
                begun(message["status"])
            else:
                self.complete = not message.get("more_body", False)
            await send(message)
            self._passed_bytes += len(message.get("body", b""))
            if self._waits and self._loop and self._sent_bytes - self._passed_bytes < HIGH_WATER:
                with suppress(RuntimeError):  # its loop is closed
                    self._loop.call_soon_threadsafe(self._room.set)

    async def run(self, app: App) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await app(self.scope, self.incoming.get, self._send)
        except Exception:
            traces.exception("the stream failed")
        finally:
            self._deliver(self, None)

    async def _send(self, message: Message) -> None:
        size = len(message.get("body", b""))
        while size and self._sent_bytes - self._passed_bytes >= HIGH_WATER:
            self._room.clear()
            self._waits = True
            if self._sent_bytes - self._passed_bytes >= HIGH_WATER:
                await self._room.wait()
            self._waits = False
        self._sent_bytes += size
        self._deliver(self, message)


class _Server:
    """A function's application and its event loop."""

    def __init__(
        self,
        function: Function,
        web_app: str,
        own_environment: Mapping[str, str],
        on_start: Callable[[Function], None],
    ) -> None:
        self.function = function
        self._on_start = on_start
        self._web_app = web_app
        self._own_environment = own_environment
        self._app: App | None = None
        self._loop = uvloop.new_event_loop()
        self._thread = SupervisedThread(function.name, self._loop.run_forever)
        self._gateway: asyncio.AbstractEventLoop | None = None
        self._ending = False
        self._running = dict[asyncio.Task[None], _Stream]()
        self._messages = deque[tuple[_Stream, Message | None]]()
        self._lifespan: _Lifespan | None = None

    async def begin(self) -> None:
        self._gateway = asyncio.get_running_loop()
        self._thread.start()
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._load(), self._loop))

    def open(self, request: Request, context: Mapping[str, Any]) -> _Stream:
        if self._app is None:
            raise GatewayError("INTEGRATION_FAILURE")
        state = dict(self._lifespan.state) if self._lifespan else {}
        stream = _Stream(_scope(request, context, self.function, state), request.body, self._deliver)
        self._loop.call_soon_threadsafe(self._run, stream, self._app)
        return stream

    def close(self, stream: _Stream) -> None:
        """The client has disconnected."""
        with suppress(RuntimeError):  # its loop is closed
            self._loop.call_soon_threadsafe(self._hang_up, stream)

    async def release_streams(self) -> None:
        if self._gateway is not None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._disconnect_all(), self._loop))

    async def stop(self) -> None:
        if self._gateway is not None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._end(), self._loop))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _deliver(self, stream: _Stream, message: Message | None) -> None:
        """Called on the application's loop. Wakes the gateway once for all messages sent together."""
        assert self._gateway is not None
        self._messages.append((stream, message))
        if len(self._messages) == 1:  # else the gateway is awake, and will come to this one
            with suppress(RuntimeError):  # its loop is closed
                self._gateway.call_soon_threadsafe(self._sort)

    def _sort(self) -> None:
        while self._messages:
            stream, message = self._messages.popleft()
            stream.arrived.put_nowait(message)

    def _run(self, stream: _Stream, app: App) -> None:
        stream.task = self._loop.create_task(stream.run(app))
        self._running[stream.task] = stream
        stream.task.add_done_callback(self._running.pop)
        if self._ending:
            self._hang_up(stream)

    def _hang_up(self, stream: _Stream) -> None:
        if stream.task is not None and not stream.task.done():
            stream.incoming.put_nowait({"type": "http.disconnect"})
            self._loop.call_later(GRACE_SECONDS, stream.task.cancel)

    async def _load(self) -> None:
        module, _, name = self._web_app.partition(":")
        try:
            self._app = load_code(module, name, self._own_environment)
        except Exception as error:
            log.warning("%s cannot be imported: %s: %s", self.function.name, type(error).__name__, error)
            return
        assert self._app is not None
        self._on_start(self.function)
        self._lifespan = _Lifespan(self._app)
        await self._lifespan.begin()

    async def _disconnect_all(self) -> None:
        self._ending = True
        for stream in self._running.values():
            self._hang_up(stream)
        if self._running:
            await asyncio.wait(self._running, timeout=2 * GRACE_SECONDS)

    async def _end(self) -> None:
        if self._lifespan:
            await self._lifespan.end()


class _Lifespan:
    """ASGI's lifespan protocol, as the function's web server speaks it. An application may ignore it."""

    def __init__(self, app: App) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._incoming = asyncio.Queue[Message]()
        self._said = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._send_event("lifespan.startup")

    async def end(self) -> None:
        assert self._task is not None
        if not self._task.done():
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._send_event("lifespan.shutdown")
            self._task.cancel()

    async def _send_event(self, what: str) -> None:
        self._said.clear()
        self._incoming.put_nowait({"type": what})
        await self._said.wait()

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._incoming.get, self._send)
        except Exception as error:
            log.debug("no lifespan: %r", error)
        finally:
            self._said.set()

    async def _send(self, message: Message) -> None:
        if message["type"].endswith(".failed"):
            log.warning("%s: %s", message["type"], message.get("message", ""))
        self._said.set()


async def _hang_up(receive: Receive, stream: _Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.gone = True
    stream.arrived.put_nowait(None)


def _scope(request: Request, context: Mapping[str, Any], function: Function, state: dict[str, Any]) -> Message:
    """The request as the adapter sends it to the function's web server."""
    headers: Headers = [
        (name.lower().encode("latin-1"), value.encode())
        for name, value in forwarded(request)
        if name.lower() not in HOP_BY_HOP
    ]
    headers.append((b"x-amzn-request-context", json.dumps(context).encode()))
    headers.append((b"x-amzn-lambda-context", json.dumps(_lambda_context(request, function)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.decoded_path,
        "raw_path": request.path.encode(),
        "query_string": request.raw_query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 8080),
        "state": state,
    }


def _lambda_context(request: Request, function: Function) -> dict[str, Any]:
    """The adapter's Lambda context, in its own terms. Source: the type `lambda_http::Context`."""
    return {
        "request_id": request.request_id,
        "deadline": int((time.time() + function.timeout_seconds) * 1000),  # unix ms
        "invoked_function_arn": function.arn,
        "xray_trace_id": None,
        "client_context": None,
        "identity": None,
        "env_config": {
            "function_name": function.name,
            "memory": function.memory_mb,
            "version": "$LATEST",
            "log_stream": "local",
            "log_group": f"/aws/lambda/{function.name}",
        },
    }
