"""The outer ring: functions outside the VPC run in their own process, as they are in a separate network in AWS.

This side starts that process (`local.stack.outer_process`), sends it invocations and restarts it when it dies. Messages
are lines: first the pickled template, answered by READY; then JSON, {id, function, event} one way and {id, answer},
{id, failed} or {id, throttled} the other.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.stack.resources import Template
from local.stack.runtime import FunctionError, Throttled
from local.stack.supervision import Ended, SupervisedThread

ROOT: Final = Path(__file__).resolve().parents[2]
READY: Final = b"ready\n"
START_SECONDS: Final = 120.0


class OuterError(Exception):
    """The functions outside the VPC cannot be run. The message is one line for a person."""


@dataclass(frozen=True, slots=True)
class _Invocation:
    request: bytes
    answer: Future[Any]


class Outer:
    """Runs the functions outside the VPC, in the environment at the time of `begin`.

    Args:
        tables: the file for DynamoDB's tables; None: in memory.
    """

    def __init__(self, template: Template, tables: Path | None) -> None:
        self._template = base64.b64encode(pickle.dumps(template))
        self._tables = str(tables.resolve()) if tables else ""
        self._environment: dict[str, str] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._waiting: dict[int, _Invocation] = {}
        self._ready = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None  # None: there is no process at the moment
        self._thread = SupervisedThread("The process for the functions outside the VPC", self._run)

    def begin(self, public_url: str) -> None:
        """Start the process. Invocations wait until it can take them.

        Args:
            public_url: where people see us: no request tells functions that answer none.
        """
        self._environment = dict(os.environ) | {"PUBLIC_URL": public_url}
        self._thread.start()

    def wait(self) -> None:
        """Wait until every function is loaded.

        Raises:
            OuterError: they cannot be loaded.
        """
        if not self._ready.wait(START_SECONDS):
            raise OuterError("The process for the functions outside the VPC does not start.")

    def start(self, name: str, event: Any) -> Future[Any]:
        with self._lock:
            number = next(self._numbers)
            request = json.dumps({"id": number, "function": name, "event": event})
            invocation = self._waiting[number] = _Invocation(request.encode() + b"\n", Future())
            self._send(invocation.request)
        return invocation.answer

    def stop(self, patience_seconds: float) -> None:
        """End the process, after giving running handlers this long to finish."""
        with self._lock:
            self._thread.stop()
            process = self._process
            if self._line is not None:
                with contextlib.suppress(OSError):
                    self._line.shutdown(socket.SHUT_WR)
        if process is not None:
            try:
                process.wait(patience_seconds + 1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._thread.join(1)

    def _run(self) -> None:
        """Run the process until it ends."""
        launched = self._launch()
        if launched is None:
            return
        process, line = launched
        try:
            with contextlib.suppress(OSError), line.makefile("rb") as lines:
                for text in lines:
                    if text == READY:
                        self._ready.set()
                    else:
                        self._answer(json.loads(text))
            process.wait()
        finally:
            process.kill()
            status = process.wait()
            self._process_ended(status)
        if not self._thread.stopping:
            raise Ended(f"ended with status {status}")

    def _launch(self) -> tuple[subprocess.Popen[bytes], socket.socket] | None:
        """Start the process and send what waits for it; None if the stack stops."""
        with self._lock:
            if self._thread.stopping:
                return None
            ours, theirs = socket.socketpair()
            with theirs:
                process = self._process = subprocess.Popen(
                    [sys.executable, "-m", "local.stack.outer_process", str(theirs.fileno()), self._tables],
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=_descriptor(sys.stdout),
                    stderr=_descriptor(sys.stderr),
                    pass_fds=[theirs.fileno()],
                    process_group=0,  # the terminal's Ctrl-C reaches only the stack, which stops it
                )
            self._line = ours
            self._send(self._template + b"\n")
            for invocation in self._waiting.values():
                self._send(invocation.request)
        return process, ours

    def _send(self, text: bytes) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):  # the process has died; the thread handles that
                self._line.sendall(text)

    def _answer(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            waiting = self._waiting.pop(line["id"], None)
        if waiting is not None:
            _settle(waiting.answer, line)

    def _process_ended(self, status: int) -> None:
        """Fail all invocations that it may have begun; later ones wait for the next process."""
        with self._lock:
            orphans, self._waiting = self._waiting, {}
            self._ready.clear()
            if self._line is not None:
                self._line.close()
                self._line = None
        for orphan in orphans.values():
            error = FunctionError("Runtime.ExitError", f"Runtime exited with status {status}")
            with contextlib.suppress(InvalidStateError):
                orphan.answer.set_exception(error)


def _settle(waiting: Future[Any], line: Mapping[str, Any]) -> None:
    with contextlib.suppress(InvalidStateError):  # the caller timed out
        if "answer" in line:
            waiting.set_result(line["answer"])
        elif "throttled" in line:
            waiting.set_exception(Throttled(line["throttled"]))
        else:
            failed = line["failed"]
            error = FunctionError(failed["errorType"], failed["errorMessage"], failed["stackTrace"])
            waiting.set_exception(error)


def _descriptor(stream: Any) -> int | None:
    """The descriptor for a child's output; None: the same as the stack's."""
    try:
        return stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None
