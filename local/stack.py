"""Gateway, bus, queues and schedules around the functions of a template, in one process."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, Self

import uvloop

from local import schedules, template
from local.bus import RETRY_DELAYS, Bus
from local.cloudformation import REGION
from local.gateway import AccessLog, Gateway
from local.runtime import Runtime, environment
from local.server import Server

HOST: Final = "127.0.0.1"
# A machine that develops has more connections to give than the smallest database.
PARAMETERS: Final = {"DatabaseClass": "db.t4g.medium"}
# Settings of the game that may be tried out without editing the template: PORT=8081 ROLLOVER_CAP=500 make dev.
CALLERS: Final = ("COMMANDS_ENGAGE", "GAMBLE_JOIN_DURATION_MINUTES", "ROLLOVER_CAP")
MIGRATE: Final = "migrate.app.handler"
PATIENCE: Final = 3.0  # seconds for handlers at work when the stack stops


class PortBusy(Exception):
    """Somebody else listens there. The message says what to do."""


def listen(port: int) -> socket.socket:
    """A socket on a port of this machine; 0 for any free one.

    Raises:
        PortBusy: taken, or not ours to take.
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
    database, use `local.process.StackProcess`.
    """

    def __init__(
        self,
        path: Path,
        *,
        database_url: str,
        api_key: str = "test-api-key",
        parameters: Mapping[str, str] = PARAMETERS,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        access_log: AccessLog | None = None,
        messages: Path | None = None,
    ) -> None:
        """Nothing runs yet.

        Args:
            parameters: values for the template's parameters; the rest keep their defaults.
            retry_delays: seconds before each retry of an asynchronous invocation.
            access_log: called after every response.
            messages: the file in which queues keep their messages, and functions their schedules; None: in memory.

        Raises:
            TemplateError, PatternError: the template cannot be followed.
        """
        self._template = template.load(path, parameters)
        self._given = {"DATABASE_URL": database_url}
        self._key_hash = hashlib.sha256(api_key.encode()).hexdigest()
        self._access_log: AccessLog = access_log or (lambda *_: None)
        self.runtime = Runtime(self._template)
        self.bus = Bus(self._template, self.runtime, retry_delays, messages)
        self.url = ""
        self.bus_url = ""
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stack", daemon=True)
        self._servers: list[Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._before: dict[str, str] = {}

    def start(self, listener: socket.socket | None = None, progress: Callable[[str], None] = lambda _: None) -> Self:
        """Prepare the database and serve, on the given socket or on any free port. Ready when this returns.

        Raises:
            FunctionError: the migrate function failed.
        """
        self._thread.start()
        self.bus_url = self._serve(self.bus, listen(0))
        self._enter_environment()
        self._begin(self.bus.run())
        progress("Preparing the database")
        for function in self._template.functions.values():
            if function.handler == MIGRATE:
                self.runtime.start(function.name, {"admin_key_sha256": self._key_hash}).result()
        progress("Loading the functions")
        self.runtime.preload()
        self.url = self._serve(Gateway(self._template.api, self.runtime, self._access_log), listener or listen(0))
        self._begin(self.bus.one_shots.run())
        self._begin(schedules.run(self._template.schedules, self.bus))
        return self

    def stop(self) -> None:
        """End in good order within a few seconds, and restore the environment."""
        self._wait(self._end())
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

    def _serve(self, app: Any, listener: socket.socket) -> str:
        made = Server(app, listener)
        self._servers.append(made)
        self._wait(made.begin())
        return f"http://{HOST}:{listener.getsockname()[1]}"

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def begin() -> None:
            self._tasks.append(asyncio.create_task(work))

        self._wait(begin())

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *(made.end() for made in self._servers), return_exceptions=True)

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _enter_environment(self) -> None:
        """What a function sees around it, AWS's variables included; the template's folders to import from."""
        self._before = dict(os.environ)
        folder = self._template.folder
        code = {function.code for function in self._template.functions.values()}
        for place in (str(folder / name) for name in (*sorted(code), *self._template.layers)):
            if place not in sys.path:
                sys.path.append(place)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        os.environ |= {
            **{name: value for name, value in environment(self._template).items() if not name.startswith("DB_")},
            **{name: self._before[name] for name in CALLERS if self._before.get(name)},
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # Every service: a call to one that is not here gets a clear refusal and never leaves the machine.
            "AWS_ENDPOINT_URL": self.bus_url,
            "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), HOST])),
            "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy"), HOST])),
            **self._given,
        }
