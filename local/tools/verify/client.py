"""A caller of an installation: HTTP with a key or a token, and nothing that hides what was answered."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import urllib3

from local.tools.verify.checking import Broken

TIMEOUT_SECONDS: Final = 40.0
LONGEST_WAIT_SECONDS: Final = 60


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
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
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
    ) -> Answer:
        """Return the answer, of any status.

        Args:
            body: sent as JSON, or as it is if it is bytes.
            key: of the API. token: of someone who is signed in.
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
        if answer.status == 429 and wait.isdecimal() and int(wait) <= LONGEST_WAIT_SECONDS:
            time.sleep(int(wait))  # who tries an installation again and again is limited like anyone
            answer = self._http.request(method, self.url + path, body=content, headers=sent)
        try:
            parsed = json.loads(answer.data)
        except ValueError:
            parsed = None
        return Answer(answer.status, parsed, answer.data, answer.headers)

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
