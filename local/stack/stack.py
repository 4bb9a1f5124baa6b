"""Gateway, bus, queues and schedules around the functions of a template, those outside the VPC in a second process."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import uvloop
from msgspec.structs import replace
from psycopg.conninfo import conninfo_to_dict

from local.stack import schedules, template
from local.stack.aws_api import AwsApi
from local.stack.bus import Bus
from local.stack.environment import ENDPOINTS, process_environment
from local.stack.gateway import AccessLog, Gateway, Receive, Send
from local.stack.outer import Outer
from local.stack.resources import Function, Template
from local.stack.running import LOCAL_API_KEY
from local.stack.runtime import RETRY_DELAYS, Runtime
from local.stack.server import Server
from local.stack.sockets import Connections, Sockets
from local.stack.streams import Streams
from local.stack.supervision import SupervisedThread, keep_running

HOST: Final = "127.0.0.1"
MIGRATE: Final = "functions.shared.migrate.app.handler"
PATIENCE_SETTING: Final = "DB_PATIENCE_SECONDS"
PATIENCE: Final = 3.0  # seconds for handlers at work when the stack stops
REALTIME: Final = "/realtime"
SOCKET_VARIABLES: Final = {"WEBSOCKET_URL": REALTIME, "WORLDS_SOCKET_URL": "/api/game/ws"}
"""{variable with the address of a WebSocket API: its path}"""


class PortBusy(Exception):
    """The port is in use. The message says what to do."""


def listen(port: int) -> socket.socket:
    """Listen on a port of this machine; 0 for any free one.

    Raises:
        PortBusy: in use, or not permitted.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            way_out = f"another program uses it; stop that, or choose another port: PORT={port + 1} make dev"
        else:
            way_out = f"{error.strerror}; choose another port: PORT=8080 make dev"
        raise PortBusy(f"Port {port} cannot be opened: {way_out}") from None
    return listener


class Stack:
    """Serves a template until stopped. Changes the process's environment, so one at a time.

    The product reads its settings when it is first imported: in a process that has imported it with another
    database, use `local.stack.process.StackProcess`.
    """

    def __init__(
        self,
        source: Path | Template,
        *,
        database_url: str,
        roles: bool = False,
        api_key: str = LOCAL_API_KEY,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        access_log: AccessLog | None = None,
        messages: Path | None = None,
    ) -> None:
        """Read the template; nothing runs yet.

        Args:
            source: the template; from a file with its parameters' defaults.
            roles: create the template's database roles and log in with them, as in AWS; the user of `database_url`
                must be allowed to. False: every function logs in as that user.
            retry_delays: seconds before each retry of an asynchronous invocation.
            access_log: called after every response.
            messages: the file in which queues keep their messages, and functions their schedules; DynamoDB's tables
                are beside it. None: in memory.

        Raises:
            TemplateError, PatternError: the template cannot be followed.
        """
        self._template = template.load(source) if isinstance(source, Path) else source
        self._roles = roles
        self._given = {"DATABASE_URL": database_url}
        self._key_hash = hashlib.sha256(api_key.encode()).hexdigest()
        self._access_log: AccessLog = access_log or (lambda *_: None)
        functions = self._template.functions
        self._outer = None
        if not all(function.inner for function in functions.values()):
            self._outer = Outer(self._template, messages and messages.with_suffix(".tables"))
        self.runtime = Runtime(functions, _is_here, self._outer, self._log_in)
        self._streams = Streams(filter(_is_inner, functions.values()), self._log_in)
        self._connections = Connections()
        self._sockets = {
            api.path: Sockets(api, self.runtime, self._connections, self._access_log) for api in self._template.sockets
        }
        self.bus = Bus(self._template, self.runtime, retry_delays, messages)
        self.url = ""
        self.socket_urls: dict[str, str] = {}  # by the path of the WebSocket API
        self.bus_url = ""
        self._loop = uvloop.new_event_loop()
        self._thread = SupervisedThread("stack", self._loop.run_forever)
        self._servers: list[Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._before: dict[str, str] = {}

    def start(self, listener: socket.socket | None = None, progress: Callable[[str], None] = lambda _: None) -> Self:
        """Prepare the database and serve, on the given socket or on any free port. Ready when this returns.

        Raises:
            FunctionError: the migrate function failed.
            OuterError: the functions outside the VPC cannot be run.
        """
        self._thread.start()
        listener = listener or listen(0)
        address = f"{HOST}:{listener.getsockname()[1]}"
        self.socket_urls = {path: f"ws://{address}{path}" for path in self._sockets}
        connections = self._connections if self._sockets else None
        self.bus_url = self._serve(AwsApi(self.bus, self.runtime, connections), listen(0))
        self._enter_environment()
        if self._outer:
            self._outer.begin(os.environ.get("PUBLIC_URL") or f"http://{address}")
        self._begin("The bus", self.bus.run)
        progress("Preparing the database")
        for function in self._functions(MIGRATE):
            self.runtime.start(function.name, {"admin_key_sha256": self._key_hash} | self._master()).result()
        progress("Loading the functions")
        self.runtime.preload()
        self._wait(self._streams.begin())
        if self._outer:
            self._outer.wait()
        gateway = Gateway(self._template.api, self.runtime, self._streams, self._access_log)
        self.url = self._serve(_Front(gateway, self._sockets), listener)
        self._begin("The bus", self.bus.resume)
        self._begin("The scheduler", self.bus.one_shots.run)
        self._begin("The scheduler", partial(schedules.run, self._template.schedules, self.bus))
        return self

    def stop(self) -> None:
        """Shut down within a few seconds, and restore the environment."""
        self._wait(self._end())
        self.runtime.stopping.set()  # who works until its time is over may end while we wait for others
        if self._outer:
            self._outer.stop(PATIENCE)
        self.runtime.stop(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self.bus.close()
        self._loop.close()
        os.environ.clear()
        os.environ.update(self._before)

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke a function of the template and wait for its answer.

        Raises:
            Throttled, FunctionError
        """
        return self.runtime.start(function, event).result()

    def _master(self) -> dict[str, Any]:
        """What the migrate function needs to create the roles: the user who may."""
        if not self._roles:
            return {}
        user = conninfo_to_dict(self._given["DATABASE_URL"])
        return {"master": {"username": user.get("user"), "password": user.get("password")}}

    def _log_in(self, function: Function) -> None:
        """Log this environment in as the function's role, if there are roles; called in its thread.

        The owner is the user of DATABASE_URL, to whom the tables of this database belong.
        """
        user = function.environment.get("DB_USER")
        if not user:
            return
        from kernel import connections

        login = connections.login()
        if self._roles and user not in {each.environment.get("DB_USER") for each in self._functions(MIGRATE)}:
            login = login.as_user(user)
        patience = self._before.get(PATIENCE_SETTING) or function.environment[PATIENCE_SETTING]
        connections.log_in_with(replace(login, patience_seconds=int(patience)))

    def _functions(self, handler: str) -> list[Function]:
        return [function for function in self._template.functions.values() if function.handler == handler]

    def _serve(self, app: Any, listener: socket.socket) -> str:
        made = Server(app, listener)
        self._servers.append(made)
        self._wait(made.begin())
        return f"http://{HOST}:{listener.getsockname()[1]}"

    def _begin(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        async def begin() -> None:
            self._tasks.append(asyncio.create_task(keep_running(name, work)))

        self._wait(begin())

    async def _end(self) -> None:
        # No new listener may connect when the streams end, since listeners reconnect at once; earlier ones
        # must still find the applications.
        for server in self._servers:
            server.refuse()
        for task in self._tasks:
            task.cancel()
        for sockets in self._sockets.values():
            sockets.stop()
        await self._streams.release_streams()
        await asyncio.gather(*self._tasks, *(server.end() for server in self._servers), return_exceptions=True)
        await self._streams.stop()

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _enter_environment(self) -> None:
        """Set the functions' environment variables, AWS's included, and their import paths."""
        self._before = dict(os.environ)
        folder = self._template.folder
        functions = self._template.functions.values()
        for place in (str(folder / name) for name in ("", *self._template.layers)):
            if place not in sys.path:
                sys.path.append(place)
        for name in self._before:
            if name in ("AWS_PROFILE", "AWS_SESSION_TOKEN") or name.startswith(ENDPOINTS):
                del os.environ[name]
        os.environ |= {
            **process_environment(filter(_is_inner, functions), self._before, self.bus_url),
            # In the template: addresses that only AWS knows.
            **{name: self.socket_urls.get(path, "") for name, path in SOCKET_VARIABLES.items()},
            "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), HOST])),
            "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy"), HOST])),
            **self._given,
        }


class _Front:
    """Routes HTTP to one API and WebSockets to the others, each behind its path."""

    def __init__(self, gateway: Gateway, sockets: Mapping[str, Sockets]) -> None:
        self._gateway = gateway
        self._sockets = sockets

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._gateway(scope, receive, send)
        elif sockets := self._sockets.get(scope["path"].removesuffix("/")):
            await sockets(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})  # before it is accepted: 403


def _is_inner(function: Function) -> bool:
    return function.inner


def _is_here(function: Function) -> bool:
    return function.inner and not function.web_app
