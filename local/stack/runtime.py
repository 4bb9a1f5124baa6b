"""Runs handlers like Lambda does: one invocation at a time per environment, environments kept warm.

An environment is a thread. What the code keeps per thread (its database connection) is kept
per environment, as in Lambda.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import os
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Final, Protocol
from uuid import uuid4

from local.stack.environment import own_variables, shared_variables
from local.stack.resources import Function

log = logging.getLogger("local.stack.runtime")
traces = logging.getLogger("functions")  # for the log file; the caller reports to the terminal

RETRY_DELAYS: Final = (60.0, 120.0)  # seconds, between the attempts of an asynchronous invocation
DEFAULT_CONCURRENCY: Final = 1000  # an AWS account's, shared; here per function
_imports = threading.RLock()

Handler = Callable[[Any, "Context"], Any]


class Throttled(Exception):
    """The function is at its reserved concurrency."""


class FunctionError(Exception):
    """The handler raised, timed out, could not be imported or answered something that is not JSON."""

    def __init__(self, error_type: str, message: str, stack: list[str] | None = None) -> None:
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.payload = {"errorMessage": message, "errorType": error_type, "stackTrace": stack or []}


@dataclass(slots=True)
class Context:
    """What Lambda passes as the second argument."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    deadline: float  # time.monotonic()
    aws_request_id: str
    stopping: threading.Event
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        # A stack that stops leaves no time: a handler that works until its deadline then ends in good order.
        return 0 if self.stopping.is_set() else max(0, int((self.deadline - time.monotonic()) * 1000))


@dataclass(frozen=True, slots=True)
class _Invocation:
    event: Any
    context: Context
    answer: Future[Any]


@dataclass(eq=False, slots=True)
class _Fleet:
    """The environments of one function, and its code."""

    function: Function
    own_environment: Mapping[str, str]
    idle: list[_Environment] = field(default_factory=list)
    all: list[_Environment] = field(default_factory=list)
    handler: Handler | None = None

    def load(self) -> Handler:
        """The handler, imported once, as environments of one process share their modules."""
        handler = self.handler
        if handler is None:
            module, _, name = self.function.handler.rpartition(".")
            handler = self.handler = load_code(module, name, self.own_environment)
        return handler


class OtherRuntime(Protocol):
    """Runs the functions that do not run in this process."""

    def start(self, name: str, event: Any) -> Future[Any]:
        """The future holds the answer, a FunctionError or Throttled."""
        ...


class Runtime:
    """Invokes functions, in this process or another.

    Args:
        functions: all that may be invoked.
        here: whether a function runs in this process.
        on_start: called in the thread of every new environment, once the function's code has been imported.

    Attributes:
        started: how often each function was invoked.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        here: Callable[[Function], bool] = lambda _: True,
        other_runtime: OtherRuntime | None = None,
        on_start: Callable[[Function], None] = lambda _: None,
    ) -> None:
        self.stopping = threading.Event()
        self.started: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._functions = functions
        self._other_runtime = other_runtime
        self._on_start = on_start
        hosted = [function for function in functions.values() if here(function)]
        shared = shared_variables(hosted)
        self._fleets = {function.name: _Fleet(function, own_variables(function, shared)) for function in hosted}

    @property
    def names(self) -> Iterable[str]:
        return self._functions.keys()

    def start(self, name: str, event: Any) -> Future[Any]:
        """Start an invocation.

        Returns:
            A future with the handler's answer, or a FunctionError.

        Raises:
            Throttled: every environment that the function may have is busy.
        """
        self.started[name] += 1
        if name not in self._fleets:
            return self._start_outside(name, event)
        fleet = self._fleets[name]
        function = fleet.function
        context = Context(
            function_name=name,
            invoked_function_arn=function.arn,
            memory_limit_in_mb=str(function.memory_mb),
            deadline=time.monotonic() + function.timeout_seconds,
            aws_request_id=str(uuid4()),
            stopping=self.stopping,
        )
        invocation = _Invocation(event, context, Future())
        self._environment(fleet).inbox.put(invocation)
        return invocation.answer

    def _start_outside(self, name: str, event: Any) -> Future[Any]:
        if self._other_runtime:
            return self._other_runtime.start(name, event)
        failed: Future[Any] = Future()
        failed.set_exception(FunctionError("Runtime.InvalidEntrypoint", f"{name} takes no invocations here"))
        return failed

    async def invoke(self, name: str, event: Any, patience_seconds: float | None = None) -> Any:
        """Invoke and wait, no longer than the function's timeout.

        Raises:
            Throttled, FunctionError
            TimeoutError: `patience_seconds` passed before the function's timeout.
        """
        answer = asyncio.wrap_future(self.start(name, event))
        timeout = self._functions[name].timeout_seconds
        try:
            # Not wait_for: before 3.12 it swallows a cancellation that comes together with the answer.
            async with asyncio.timeout(min(timeout, patience_seconds or timeout)):
                return await answer
        except TimeoutError:
            if patience_seconds is not None and patience_seconds < timeout:
                raise
            # Lambda kills the environment. A thread cannot be killed: it finishes, its answer unread.
            raise FunctionError("Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds") from None

    async def invoke_until_done(self, name: str, event: Any, delays: tuple[float, ...]) -> None:
        """Invoke asynchronously: retry after the delays, wait while throttled.

        Raises:
            FunctionError: every attempt failed.
        """
        retries = self._functions[name].retries
        for attempt in range(retries + 1):
            try:
                await self._invoke_when_free(name, event)
            except FunctionError as error:
                if attempt == retries:
                    raise
                delay = delays[min(attempt, len(delays) - 1)]
                log.warning("%s failed and is tried again in %.3g s: %s", name, delay, error)
                await asyncio.sleep(delay)
            else:
                return

    async def _invoke_when_free(self, name: str, event: Any) -> None:
        wait = 1.0
        while True:
            try:
                await self.invoke(name, event)
            except Throttled:
                await asyncio.sleep(wait)
                wait = min(wait * 2, 60)
            else:
                return

    def preload(self) -> None:
        """Import every handler now. One that cannot be imported fails when it is invoked, as in Lambda.

        Raises:
            FunctionError: a function's settings cannot be used; the person starting the stack can correct them.
        """
        for name, fleet in self._fleets.items():
            try:
                fleet.load()
            except Exception as error:
                if type(error).__name__ == "SettingsError":
                    raise FunctionError("SettingsError", str(error)) from None
                log.warning("%s cannot be imported: %s: %s", name, type(error).__name__, error)

    def stop(self, patience_seconds: float) -> None:
        """End every environment, after giving running handlers this long to finish."""
        self.stopping.set()
        with self._lock:
            for fleet in self._fleets.values():
                for environment in fleet.idle:
                    environment.inbox.put(None)
                fleet.idle.clear()
            threads = [environment.thread for fleet in self._fleets.values() for environment in fleet.all]
        deadline = time.monotonic() + patience_seconds
        for thread in threads:
            thread.join(max(0, deadline - time.monotonic()))

    def _environment(self, fleet: _Fleet) -> _Environment:
        limit = fleet.function.reserved_concurrency
        with self._lock:
            if fleet.idle:
                return fleet.idle.pop()  # the one used last, as Lambda does: the others may go cold
            if len(fleet.all) >= (DEFAULT_CONCURRENCY if limit is None else limit):
                raise Throttled(fleet.function.name)
            started = _Environment(fleet, lambda idle: self._release(fleet, idle), self._on_start)
            started.thread.start()  # first: what cannot start takes no one's place
            fleet.all.append(started)
        return started

    def _release(self, fleet: _Fleet, environment: _Environment) -> None:
        with self._lock:
            if self.stopping.is_set():
                environment.inbox.put(None)
            else:
                fleet.idle.append(environment)


class _Environment:
    def __init__(
        self, fleet: _Fleet, release: Callable[[_Environment], None], on_start: Callable[[Function], None]
    ) -> None:
        self.inbox: SimpleQueue[_Invocation | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._run, name=fleet.function.name, daemon=True)
        self._fleet = fleet
        self._release = release
        self._on_start = on_start
        self._started = False

    def _run(self) -> None:
        while invocation := self.inbox.get():
            outcome = self._handle(invocation)
            # Released before the answer is set, so that an immediate second call finds this environment warm.
            self._release(self)
            _settle(invocation.answer, outcome)

    def _handle(self, invocation: _Invocation) -> Any:
        try:
            handler = self._fleet.load()
            if not self._started:
                self._on_start(self._fleet.function)
                self._started = True
            answer = handler(invocation.event, invocation.context)
            json.dumps(answer)
        except BaseException as error:
            stack = traceback.format_exception(error)
            if isinstance(error, Exception):
                failure = FunctionError(type(error).__name__, str(error), stack)
            else:  # sys.exit, say, which must not end the environment's thread
                failure = FunctionError("Runtime.ExitError", f"Runtime exited: {error!r}", stack)
            traces.error("%s failed: %s\n%s", self._fleet.function.name, failure, "".join(stack))
            return failure
        return answer


def _settle(answer: Future[Any], outcome: Any) -> None:
    with contextlib.suppress(InvalidStateError):  # the caller timed out
        if isinstance(outcome, FunctionError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


def load_code(module: str, name: str, own_environment: Mapping[str, str]) -> Any:
    """Import a function's code, with the function's own variables in the environment."""
    with _imports, _with_variables(own_environment):
        return getattr(importlib.import_module(module), name)


@contextlib.contextmanager
def _with_variables(own: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
