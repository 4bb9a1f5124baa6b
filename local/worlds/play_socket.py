"""A WebSocket of Worlds, for one character: commands with their answers, and what is heard meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from typing import Any, Final, Self
from urllib.parse import urlencode
from uuid import uuid4

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS: Final = 20.0
LARGEST_FRAME: Final = 2**20

Document = dict[str, Any]


class PlaySocket:
    """An open connection.

    Attributes:
        heard: the documents that answered no command of ours, oldest first; who looks for one takes it out.
    """

    def __init__(self, connection: ClientConnection, opened: ExitStack) -> None:
        self._connection = connection
        self._opened = opened
        self.heard: list[Document] = []

    @classmethod
    def open(cls, address: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Self:
        """Connect.

        Raises:
            WebSocketException, OSError
        """
        url = f"{address}?{urlencode(query)}"
        opened = ExitStack()
        connecting = connect(url, additional_headers=headers, open_timeout=PATIENCE_SECONDS, max_size=LARGEST_FRAME)
        return cls(opened.enter_context(connecting), opened)

    def send(self, frame: str) -> None:
        """Send a frame as it is."""
        self._connection.send(frame)

    def ask(self, text: str, command_id: str | None = None) -> list[Document]:
        """Send a command, and return what it is answered with.

        Raises:
            TimeoutError, ConnectionClosed
        """
        return self.ask_with({"text": text}, command_id)

    def ask_with(self, data: Mapping[str, Any], command_id: str | None = None) -> list[Document]:
        """Send a command with other data than a text, and return what it is answered with."""
        name = command_id or str(uuid4())
        self.send(json.dumps({"type": "command", "id": name, "data": data}))
        return self.answers(name)

    def answers(self, command_id: str) -> list[Document]:
        """Return the answer to a command that was sent; all of it comes in one frame."""
        first = self.wait_for(lambda each: each.get("command_id") == command_id, f"an answer to {command_id}")
        rest = [each for each in self.heard if each.get("command_id") == command_id]
        self.heard = [each for each in self.heard if each.get("command_id") != command_id]
        return [first, *rest]

    def wait_for(self, wanted: Callable[[Document], bool], what: str) -> Document:
        """Take the first document of this kind out of what is heard, as soon as it is there.

        Raises:
            TimeoutError: it has not come in time.
            ConnectionClosed
        """
        found = self.hear(wanted, what)
        self.heard = [each for each in self.heard if each is not found]
        return found

    def hear(self, wanted: Callable[[Document], bool], what: str) -> Document:
        """Return the first document of this kind as soon as it is there, and leave it in what is heard.

        Raises:
            TimeoutError, ConnectionClosed
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := next(filter(wanted, self.heard), None)) is None:
            try:
                self._read(deadline - time.monotonic())
            except TimeoutError:
                raise TimeoutError(f"within {PATIENCE_SECONDS:.0f} s, {what} did not arrive") from None
        return found

    def wait_for_line(self, text: str) -> Document:
        """Take the first line with this text out of what is heard."""
        return self.wait_for(lambda each: text in each["data"].get("text", ""), f"the line {text!r}")

    def listen(self, seconds: float) -> None:
        """Hear what comes within some seconds."""
        deadline = time.monotonic() + seconds
        with suppress(TimeoutError):
            while True:
                self._read(deadline - time.monotonic())

    def wait_until_closed(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Return the code that the other side closes the connection with.

        Raises:
            TimeoutError: it stays open.
        """
        deadline = time.monotonic() + seconds
        try:
            while True:
                self._read(deadline - time.monotonic())
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 1006
        except TimeoutError:
            raise TimeoutError(f"the connection is still open after {seconds:.0f} s") from None

    def close(self) -> None:
        """End the connection."""
        with suppress(WebSocketException, OSError):
            self._opened.close()

    def _read(self, seconds: float) -> None:
        frame = self._connection.recv(max(0.0, seconds))
        self.heard += [json.loads(line) for line in str(frame).split("\n") if line.strip()]
