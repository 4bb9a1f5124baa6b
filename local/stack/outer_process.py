"""`python -m local.stack.outer_process`: the functions outside the VPC. Started by `local.stack.outer`, ends with it.

No database is in reach. DynamoDB and the secrets are moto, in this process; every other AWS API is the stack's.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import pickle
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from local.stack.console import Output, WithExtras
from local.stack.environment import process_environment
from local.stack.outer import READY
from local.stack.resources import Function, Template
from local.stack.runtime import FunctionError, Runtime, Throttled
from local.stack.tables import MOCKED, Tables

NICENESS: Final = 5  # players come first
PATIENCE: Final = 3.0


def main(descriptor: int, tables_file: str) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(NICENESS)
    sys.stdout = sys.stderr = Output(open(1, "ab", buffering=0, closefd=False))  # noqa: SIM115
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(WithExtras("%(asctime)s %(levelname)s %(threadName)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    line = socket.socket(fileno=descriptor)
    requests: SimpleQueue[bytes | None] = SimpleQueue()
    # Read from the first moment on: the stack does not wait while we load.
    threading.Thread(target=receive, args=(line, requests), daemon=True).start()

    first = requests.get()
    if first is None:
        return
    template: Template = pickle.loads(base64.b64decode(first))
    _enter_environment(template)
    tables = Tables(template, Path(tables_file) if tables_file else None)
    runtime = Runtime(template.functions, here=_outside)
    runtime.preload()
    line.sendall(READY)
    sending = threading.Lock()
    while (request := requests.get()) is not None:
        _serve(json.loads(request), runtime, line, sending)
    runtime.stop(PATIENCE)
    tables.close()


def _outside(function: Function) -> bool:
    return not function.inner


def receive(line: socket.socket, requests: SimpleQueue[bytes | None]) -> None:
    """Every request, and None behind the last."""
    try:
        with line.makefile("rb") as lines:
            for request in lines:
                requests.put(request)
    except OSError:
        pass  # the stack was killed before it read all our output
    requests.put(None)


def _serve(request: Mapping[str, Any], runtime: Runtime, line: socket.socket, sending: threading.Lock) -> None:
    def answer(done: Future[Any]) -> None:
        text = json.dumps({"id": request["id"], **_outcome(done)})
        try:
            with sending:
                line.sendall(text.encode() + b"\n")
        except OSError:
            pass  # the stack has gone, and so shall we

    try:
        runtime.start(request["function"], request["event"]).add_done_callback(answer)
    except Throttled as error:
        throttled: Future[Any] = Future()
        throttled.set_exception(error)
        answer(throttled)


def _outcome(done: Future[Any]) -> dict[str, Any]:
    error = done.exception()
    if isinstance(error, Throttled):
        return {"throttled": str(error)}
    if isinstance(error, FunctionError):
        return {"failed": error.payload}
    return {"answer": done.result()}


def _enter_environment(template: Template) -> None:
    """The stack's, without the way to the database."""
    functions = [function for function in template.functions.values() if _outside(function)]
    os.environ |= process_environment(functions, os.environ, os.environ["AWS_ENDPOINT_URL"])
    for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith("DB_")]:
        del os.environ[name]
    os.environ |= {f"AWS_ENDPOINT_URL_{name}": address for name, address in MOCKED.items()}
    folder = template.folder
    sys.path += [str(folder / name) for name in ("", *template.layers)]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
