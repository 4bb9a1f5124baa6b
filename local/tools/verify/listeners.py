"""Listening to an installation: the stream and the WebSocket, each in a thread of its own."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from local.tools.verify.checking import Broken

PATIENCE_SECONDS = 20.0


class Listener:
    """Collects the frames that a source sends until it ends or is closed."""

    def __init__(self, lines: Callable[[], Iterable[str]], close: Callable[[], None]) -> None:
        """Begin to listen.

        Args:
            lines: yields the lines of frames.
        """
        self._lines = lines
        self._close = close
        self._frames: list[Mapping[str, Any]] = []
        self._ended = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for(self, wanted: Callable[[Mapping[str, Any]], bool], what: str) -> None:
        """Return as soon as a frame is there.

        Raises:
            Broken: it has not come in time.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(wanted(frame) for frame in list(self._frames)):
            if time.monotonic() > deadline:
                ended = f"; it ended with {self._ended}" if self._ended else ""
                raise Broken(f"within {PATIENCE_SECONDS:.0f} s, {what} did not arrive{ended}")
            time.sleep(0.05)

    def close(self) -> None:
        with suppress(OSError, WebSocketException):
            self._close()
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        try:
            for line in self._lines():
                if line.startswith("data: "):
                    self._frames.append(json.loads(line.removeprefix("data: ")))
            self._ended = "no error"
        except Exception as error:  # of many kinds after a close; told where the frame is missed
            self._ended = f"{type(error).__name__}: {error}"


def listen_to_stream(url: str, key: str) -> Listener:
    """Return a listener of the event stream, which has been accepted.

    Raises:
        Broken: it is refused.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE_SECONDS * 2)
    connection.request("GET", f"{parts.path.rstrip('/')}/api/v1/events", headers={"X-API-Key": key})
    sock = connection.sock
    response = connection.getresponse()
    if response.status != 200:
        raise Broken(f"GET /api/v1/events was answered with {response.status}")

    def lines() -> Iterable[str]:
        with closing(connection), response:
            for line in response:
                yield line.decode().rstrip("\n")

    def close() -> None:
        if sock is not None:
            sock.shutdown(SHUT_RDWR)  # wakes the thread that reads from it, for which close() would wait

    return Listener(lines, close)


def listen_to_socket(address: str) -> Listener:
    """Return a listener of the WebSocket, which has been accepted.

    Raises:
        WebSocketException, OSError: it is refused.
    """
    opened = ExitStack()
    socket = opened.enter_context(connect(address, open_timeout=PATIENCE_SECONDS))

    def lines() -> Iterable[str]:
        for message in socket:
            yield from str(message).splitlines()

    return Listener(lines, opened.close)
