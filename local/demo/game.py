"""A chat bot's client of the running game: HTTP with an API key."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from kernel.texts import translate

TIMEOUT_SECONDS: Final = 15
TRIES: Final = 4
PAUSE_SECONDS: Final = 0.5  # before another try, a little longer each time


class GameUnavailable(Exception):
    """The evening cannot start or continue. The message is fit for a person."""


def new_key() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the game. A GET has a query, a POST a body.

    Attributes:
        key: the Idempotency-Key, which makes it safe to send a POST again when its answer was lost.
    """

    method: str
    path: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    key: str = field(default_factory=new_key)


@dataclass(frozen=True, slots=True)
class Answer:
    """The game's answer to a request.

    Attributes:
        seconds: from sending the request to having read the answer, without earlier attempts.
        replayed: the game had already answered this Idempotency-Key, and did nothing this time.
    """

    status: int
    body: Any
    seconds: float
    replayed: bool = False

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def code(self) -> str:
        return self.body.get("code", "") if isinstance(self.body, dict) else ""

    @property
    def busy(self) -> bool:
        """Whether the same request may succeed in a moment; a player's cooldown does not count."""
        return self.status == 503 or self.code == "rate_limited"

    @property
    def text(self) -> str:
        """The game's message for the player."""
        if not isinstance(self.body, dict):
            return ""
        return str(self.body.get("message") or self.body.get("error") or "")


class Game:
    """A client that many threads may use; each has its own connection."""

    def __init__(self, url: str, api_key: str, language: str = "en") -> None:
        """Check the address; connections are opened on first use.

        Args:
            language: of the answers.

        Raises:
            GameUnavailable: the URL is not valid.
        """
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        try:
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:
            self._host, self._port = "", None
        if parts.scheme not in ("http", "https") or not self._host:
            raise GameUnavailable(translate("{url} is no address: it should look like http://127.0.0.1:8080.", url=url))
        self._connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._folder = parts.path
        self._headers = {"X-API-Key": api_key, "Content-Type": "application/json", "Accept-Language": language}
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def ask(self, request: Request) -> Answer:
        """Send a request, again if the connection breaks or the game is busy.

        Raises:
            GameUnavailable: no answer after several attempts.
        """
        for attempt in range(TRIES):
            try:
                answer = self._try(request)
            except (OSError, http.client.HTTPException) as error:
                self._close_connection()
                if attempt == TRIES - 1:
                    raise GameUnavailable(
                        translate("The game at {url} does not answer any more: {error}", url=self.url, error=error)
                    ) from error
                time.sleep(PAUSE_SECONDS * attempt)  # 0 at first: an idle connection may just have expired
            else:
                if not answer.busy or attempt == TRIES - 1:
                    return answer
                time.sleep(PAUSE_SECONDS * (attempt + 1))
        raise AssertionError("the last attempt returns or raises")

    def read(self, path: str) -> Any:
        """The body of a GET without parameters.

        Raises:
            GameUnavailable: the answer is an error.
        """
        answer = self.ask(Request("GET", path))
        self.require_key(answer)
        if not answer.ok:
            raise GameUnavailable(
                translate(
                    "The game at {url} answers {path} with {status}: {text}",
                    url=self.url,
                    path=path,
                    status=answer.status,
                    text=answer.text,
                )
            )
        return answer.body

    def require_key(self, answer: Answer) -> None:
        """Say what to do if the answer refuses our key.

        Raises:
            GameUnavailable: it does.
        """
        if answer.status == 401:
            raise GameUnavailable(
                translate(
                    "The game at {url} does not take this API key. Set API_KEY to one that works: `make dev` shows its"
                    " own, or how to get another.",
                    url=self.url,
                )
            )

    def check(self) -> None:
        """Check that the game answers and accepts our key.

        Raises:
            GameUnavailable: it does not.
        """
        try:
            health = self._try(Request("GET", "/healthz"))
        except (OSError, http.client.HTTPException):
            raise GameUnavailable(
                translate(
                    "{url} does not answer. Start the game with `make dev` in another terminal, then try again.",
                    url=self.url,
                )
            ) from None
        if not isinstance(health.body, dict) or health.body.get("status") != "ok":
            raise GameUnavailable(
                translate(
                    "Something answers at {url}, but it is not Brandish. Is PORT the one of `make dev`?", url=self.url
                )
            )
        self.read("/api/v1/progression/tree")

    def connect(self, timeout_seconds: float = TIMEOUT_SECONDS) -> http.client.HTTPConnection:
        """A new connection."""
        return self._connect(self._host, self._port, timeout=timeout_seconds)

    @contextmanager
    def stream(
        self, connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        """Open an endless answer, to be read line by line."""
        try:
            connection.request("GET", self._folder + path, headers={**self._headers, **headers})
            response = connection.getresponse()
            if response.status != 200:
                raise http.client.HTTPException(f"status {response.status}")
            yield response
        finally:
            connection.close()

    def _try(self, request: Request) -> Answer:
        connection = self._connection()
        headers = dict(self._headers)
        path, content = self._folder + request.path, None
        if request.method == "GET":
            path += f"?{urlencode(request.values)}" if request.values else ""
        else:
            headers["Idempotency-Key"] = request.key
            content = json.dumps(request.values).encode()
        started = time.perf_counter()
        connection.request(request.method, path, content, headers)
        response = connection.getresponse()
        text = response.read()
        seconds = time.perf_counter() - started
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        return Answer(response.status, body, seconds, response.headers["Idempotency-Replayed"] == "true")

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self.connect()
            self._connections.append(self._local.connection)
        return self._local.connection

    def _close_connection(self) -> None:
        self._connection().close()  # the next request opens it again

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()
