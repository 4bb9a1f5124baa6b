"""Shows the live event stream beside the chat, like an overlay: `make demo ARGS=--watch`."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, Self

from local.demo.game import Game

PATH: Final = "/api/v1/events"
SILENCE_SECONDS: Final = 45  # the game sends a keepalive every 30
PAUSES: Final = (0.5, 16.0)  # seconds before connecting again: after the first failure in a row, and at most
CATCH_UP_SECONDS: Final = 10
SHOWN: Final = 90  # letters

Frame = Mapping[str, Any]


class StreamListener:
    """Listens on its own thread until it is closed; after a broken connection it resumes where the stream stopped.

    Attributes:
        received: the ids of the events, in order of arrival.
    """

    def __init__(self, game: Game, show: Callable[[str, str], None]) -> None:
        """Prepare a listener; entering its context connects it.

        Args:
            show: called with the type and summary of each event.
        """
        self.received: list[str] = []
        self._game = game
        self._show = show
        self._listening = threading.Event()
        self._closed = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self._last_id = ""
        self._thread = threading.Thread(target=self._run, name="stream-listener", daemon=True)

    def wait_for_missing(self, event_ids: set[str]) -> set[str]:
        """Wait a while for the events; returns those that have not arrived."""
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while (missing := event_ids - set(self.received)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return missing

    def _run(self) -> None:
        pause, longest = PAUSES
        while not self._closed.is_set():
            before = self._last_id
            with suppress(OSError, http.client.HTTPException):
                self._listen()
            pause = PAUSES[0] if self._last_id != before else min(2 * pause, longest)
            self._closed.wait(pause)

    def _listen(self) -> None:
        self._connection = self._game.connect(SILENCE_SECONDS)
        headers = {"Last-Event-ID": self._last_id} if self._last_id else {}
        with self._game.stream(self._connection, PATH, headers) as response:
            for frame in frames(response):
                self._last_id = frame["id"]
                if frame["type"] == "connected":
                    self._listening.set()
                elif frame["type"] != "keepalive":
                    self.received.append(frame["id"])
                    self._show(frame["type"], summary(frame["payload"]))

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait(CATCH_UP_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(2)  # wakes the thread that reads from it
        self._thread.join(1)


def frames(lines: Iterator[bytes] | http.client.HTTPResponse) -> Iterator[Frame]:
    """The parsed data of each frame."""
    for line in lines:
        if line.startswith(b"data: "):
            yield json.loads(line[len(b"data: ") :])


def summary(payload: Any) -> str:
    """The payload in short for a person, without ids."""
    if not isinstance(payload, dict):
        return "" if payload is None else str(payload)
    facts = [
        f"{name} {value}"
        for name, value in payload.items()
        if value not in (None, "", False)
        and not isinstance(value, dict | list)
        and not name.endswith(("_id", "timestamp", "_at"))
    ]
    text = ", ".join(facts)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
