"""A client of server-sent events as the HTML standard describes it: what a browser's EventSource does.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import codecs
import http.client
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Message:
    """
    Attributes:
        last_id: as it stands after this message; a message without an id leaves it as it was.
    """

    type: str
    data: str
    last_id: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


@dataclass(slots=True)
class Parser:
    """Parses bytes into messages. An incomplete message at the end of the stream is dropped."""

    last_id: str = ""
    retry_ms: int | None = None
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    )
    _rest: str = ""
    _type: str = ""
    _id: str | None = None
    _data: list[str] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[Message]:
        self._rest += self._decoder.decode(chunk)
        while (end := _LINE_END.search(self._rest)) is not None:
            if end[0] == "\r" and end.end() == len(self._rest):
                return  # perhaps the first half of CR LF
            line, self._rest = self._rest[: end.start()], self._rest[end.end() :]
            if line:
                self._take(line)
            elif (message := self._dispatch()) is not None:
                yield message

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._type = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if re.fullmatch(r"[0-9]+", value):
                self.retry_ms = int(value)
            case _:
                pass  # a comment or an unknown field

    def _dispatch(self) -> Message | None:
        if self._id is not None:
            self.last_id = self._id
        data, self._data = self._data, []
        type_, self._type = self._type, ""
        return Message(type_ or "message", "\n".join(data), self.last_id) if data else None


def parse(chunks: Iterable[bytes]) -> list[Message]:
    parser = Parser()
    return [message for chunk in chunks for message in parser.feed(chunk)]


class EventSource:
    """Messages, on and on: when a connection ends, the next one is asked to go on behind the last id.

    A browser gives up when it is not answered with 200; so does this one.
    """

    def __init__(
        self, url: str, headers: Mapping[str, str] | None = None, *, retry_seconds: float = 0.1, timeout: float = 60
    ) -> None:
        self.last_id = ""
        self.connections = 0
        self._url = urlsplit(url)
        self._headers = dict(headers or {})
        self._retry_seconds = retry_seconds
        self._timeout = timeout
        self._closed = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    def __iter__(self) -> Iterator[Message]:
        while not self._closed.is_set():
            with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
                yield from self._listen()
            self._closed.wait(self._retry_seconds)

    def move(self, url: str) -> None:
        """Use another address from the next connection on."""
        self._url = urlsplit(url)

    def close(self) -> None:
        """End the iteration; may be called from any thread."""
        self._closed.set()
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(2)

    def _listen(self) -> Iterator[Message]:
        assert self._url.hostname
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=self._timeout)
        self._connection = connection
        headers = self._headers | {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        try:
            connection.request("GET", f"{self._url.path}?{self._url.query}", headers=headers)
            response = connection.getresponse()
            if response.status != 200 or response.headers.get_content_type() != "text/event-stream":
                self._closed.set()
                raise Refused(response.status, response.read().decode())
            self.connections += 1
            parser = Parser(last_id=self.last_id)
            while chunk := response.read1():
                for message in parser.feed(chunk):
                    self.last_id = message.last_id
                    yield message
        finally:
            connection.close()


class Refused(Exception):
    """The answer is no stream; the arguments are its status and body."""
