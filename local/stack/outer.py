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
import logging
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Any, Final

from local.stack.resources import Template
from local.stack.runtime import FunctionError, Throttled

log = logging.getLogger("local.stack.outer")

ROOT: Final = Path(__file__).resolve().parents[2]
READY: Final = b"ready\n"
START_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 1.0  # before another start of what could not start


class OuterError(Exception):
    """The functions outside the VPC cannot be run. The message is one line for a person."""


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
        self._waiting: dict[int, Future[Any]] = {}
        self._ready = threading.Event()
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._reader = threading.Thread(target=self._read, name="outer", daemon=True)

    def begin(self) -> None:
        """Start the process. Invocations wait until it can take them."""
        self._environment = dict(os.environ)
        self._launch()
        self._reader.start()

    def wait(self) -> None:
        """Wait until every function is loaded.

        Raises:
            OuterError: they cannot be loaded.
        """
        if not self._ready.wait(START_SECONDS):
            raise OuterError("The process for the functions outside the VPC does not start.")

    def start(self, name: str, event: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = answer
            request = json.dumps({"id": number, "function": name, "event": event})
            with contextlib.suppress(OSError):  # it has died; the reader thread handles that
                assert self._line is not None
                self._line.sendall(request.encode() + b"\n")
        return answer

    def stop(self, patience_seconds: float) -> None:
        """End the process, after giving running handlers this long to finish."""
        with self._lock:
            self._stopping = True
            process, line = self._process, self._line
        if process is None or line is None:
            return
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_WR)
        try:
            process.wait(patience_seconds + 1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(1)
        line.close()

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
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
        with contextlib.suppress(OSError):  # already dead; the reader thread handles that
            ours.sendall(self._template + b"\n")

    def _read(self) -> None:
        while not self._stopping:
            assert self._line is not None
            assert self._process is not None
            with contextlib.suppress(OSError), self._line.makefile("rb") as lines:
                for line in lines:
                    if line == READY:
                        self._ready.set()
                    else:
                        self._answer(json.loads(line))
            self._process_ended(self._process.wait())

    def _answer(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            waiting = self._waiting.pop(line["id"], None)
        if waiting is not None:
            _settle(waiting, line)

    def _process_ended(self, status: int) -> None:
        """Fail all waiting invocations, and start the next process."""
        if not self._stopping:
            log.warning("the process for the functions outside the VPC ended with status %d; starting it again", status)
            if not self._ready.is_set():
                time.sleep(PAUSE_SECONDS)
        with self._lock:
            orphans, self._waiting = self._waiting, {}
            if not self._stopping:
                assert self._line is not None
                self._line.close()
                self._ready.clear()
                self._launch()
        for orphan in orphans.values():
            error = FunctionError("Runtime.ExitError", f"Runtime exited with status {status}")
            with contextlib.suppress(InvalidStateError):
                orphan.set_exception(error)


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
