"""A caller of an installation: HTTP with a key or a token, and nothing that hides what was answered."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import urllib3

from local.tools.verify.checking import Broken

TIMEOUT_SECONDS: Final = 40.0
LONGEST_WAIT_SECONDS: Final = 310
"""For too many sign-ups of an address, the longest window of a limit, and a little more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Attributes:
        body: the parsed JSON; None if it is none.
    """

    status: int
    body: Any
    content: bytes
    headers: Mapping[str, str]


class Client:
    """Sends requests to an installation.

    Attributes:
        url: without a slash at its end.
        refusals: all that was answered with an error: the request, and the answer.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.refusals: list[tuple[str, Answer]] = []
        self._http = urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=urllib3.Retry(connect=2, read=0, redirect=0))

    def close(self) -> None:
        self._http.clear()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        token: str = "",
        headers: Mapping[str, str] | None = None,
        waits: bool = True,
    ) -> Answer:
        """Return the answer, of any status.

        Args:
            body: sent as JSON, or as it is if it is bytes.
            key: of the API. token: of someone who is signed in.
            waits: and tries again where there were too many requests lately.
        """
        sent = {"Content-Type": "application/json", **(headers or {})}
        if key:
            sent["X-API-Key"] = key
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if method != "GET":
            sent["Idempotency-Key"] = str(uuid4())
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self._http.request(method, self.url + path, body=content, headers=sent)
        wait = answer.headers.get("Retry-After", "")
        if waits and answer.status == 429 and wait.isdecimal() and int(wait) <= LONGEST_WAIT_SECONDS:
            # Who tries an installation again and again is limited like anyone.
            print(f"waiting  {wait} s: there were too many requests to {path} lately", flush=True)
            time.sleep(int(wait))
            answer = self._http.request(method, self.url + path, body=content, headers=sent)
        return self._read(f"{method} {path}", answer.status, answer.data, answer.headers)

    def get_raw(self, path: str) -> Answer:
        """Return the answer to a GET whose path is sent as it is: other clients tidy up `..` before they send it."""
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        with closing(kind(parts.netloc, timeout=TIMEOUT_SECONDS)) as connection:
            connection.request("GET", parts.path + path)
            answer = connection.getresponse()
            return self._read(f"GET {path}", answer.status, answer.read(), urllib3.HTTPHeaderDict(answer.getheaders()))

    def expect(self, status: int, method: str, path: str, body: Any = None, **how: Any) -> Answer:
        """Return the answer if it has this status.

        Raises:
            Broken
        """
        answer = self.send(method, path, body, **how)
        if answer.status != status:
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            said = "a page" if is_page else answer.content[:200].decode(errors="replace").strip()
            raise Broken(f"{method} {path} was answered with {answer.status}, not {status}: {said}")
        return answer

    def _read(self, request: str, status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        answer = Answer(status, body, content, headers)
        if status >= 400:
            self.refusals.append((request, answer))
        return answer
