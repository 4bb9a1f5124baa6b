"""A person's client of Personas: HTTP with the token of their session."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import urllib3

from local.demo.game import GameUnavailable

API: Final = "/api/personas"
PASSWORD: Final = "Only for 1 local try"
"""Of every account that is made here. The installation is on this machine."""

_TIMEOUT_SECONDS: Final = 30
_LONGEST_WAIT_SECONDS: Final = 310
"""How long a refused sign-up may have to wait: the longest window of a limit, and a little more."""


class Refused(Exception):
    """The installation refused a request; the text says which and why."""

    def __init__(self, method: str, path: str, status: int, body: Any) -> None:
        super().__init__(f"{method} {path} was answered with {status}: {body}")
        self.status = status
        self.code = str(body.get("code", "")) if isinstance(body, dict) else ""


class Person:
    """Someone with an account who uses Personas.

    Attributes:
        name: the first part of their e-mail address.
    """

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name
        self.token = ""
        self._http = urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False)

    def arrive(self) -> None:
        """Sign up; someone who has an account logs in."""
        who = {"email": f"{self.name}@example.org", "password": PASSWORD}
        try:
            self.token = self.post("/auth/signup", who)["token"]
        except Refused as refusal:
            if refusal.code != "email_taken":
                raise
            self.token = self.post("/auth/login", who)["token"]

    def get(self, path: str) -> Any:
        """Return what is at a path of the API.

        Raises:
            Refused, GameUnavailable
        """
        return self._send("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send a request and return its answer; it waits where there are too many requests at once.

        Raises:
            Refused, GameUnavailable
        """
        return self._send("POST", path, body or {})

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        until = time.monotonic() + _LONGEST_WAIT_SECONDS
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        while True:
            try:
                answer = self._http.request(method, self.url + API + path, json=body, headers=headers)
            except urllib3.exceptions.HTTPError as error:
                raise GameUnavailable(f"Nothing answers at {self.url}. Start it with: make dev") from error
            wait = float(answer.headers.get("Retry-After", "0"))
            if answer.status not in (429, 503) or time.monotonic() + wait > until or _is_spent(answer):
                break
            time.sleep(max(wait, 0.2))
        given = answer.json() if answer.data else None
        if answer.status >= 400:
            raise Refused(method, path, answer.status, given)
        return given


def _is_spent(answer: urllib3.BaseHTTPResponse) -> bool:
    """Tell whether a day's quota is used up: waiting for a minute does not help."""
    return answer.status == 429 and str(answer.json().get("code", "")).startswith("quota_")
