"""Discord's REST API, as far as we use it. Outer ring.

It never waits: who asks too early is told so (`Unavailable`, with the seconds), before Discord has to say it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeVar

import urllib3

from doors.discord.settings import settings
from doors.outbound import Rejected, Unavailable
from doors.secrets import find_secret
from kernel.backoff import pauses

TIMEOUT: Final = urllib3.Timeout(connect=3, read=5)
USER_AGENT: Final = "DiscordBot (https://brandish.invalid, 1)"
"""Discord asks for this form."""

MARGIN_SECONDS: Final = 0.05
DEFAULT_RETRY_SECONDS: Final = 5.0
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_REASON: Final = 500

T = TypeVar("T")

_MAJOR = re.compile(r"/(?:channels|guilds)/\d+|/webhooks/\d+/[^/]+")


class Gone(Rejected):
    """There is no such thing (any more)."""


@dataclass(frozen=True, slots=True)
class TextFile:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Route:
    """What Discord counts together.

    Attributes:
        major: the channel, guild or webhook, each of which is counted for itself.
    """

    name: str
    major: str

    @classmethod
    def of(cls, method: str, path: str) -> Route:
        found = _MAJOR.match(path)
        major = found.group() if found else ""
        rest = re.sub(r"/\d+", "/:id", path[len(major) :].partition("?")[0])
        kind = major.split("/")[1] if major else ""
        return cls(f"{method} /{kind}{rest}", major)


@dataclass(slots=True)
class Limits:
    """What Discord has said about how often it wants to be asked. Source: its documentation, Rate Limits.

    Attributes:
        buckets: {route's name: bucket}; routes of one bucket are counted together.
        exhausted: {(bucket, major): time.monotonic() at which it is filled up again}.
        everything: the same for all that the bot does.
    """

    buckets: dict[str, str] = field(default_factory=dict[str, str])
    exhausted: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    everything: float = 0.0

    def pause(self, route: Route, *, as_bot: bool) -> float:
        """Seconds to wait before the next request; 0 for none."""
        key = (self.buckets.get(route.name, route.name), route.major)
        until = max(self.exhausted.get(key, 0.0), self.everything if as_bot else 0.0)
        return max(0.0, until - time.monotonic())

    def note(self, route: Route, headers: Mapping[str, str]) -> None:
        bucket = headers.get("X-RateLimit-Bucket")
        if bucket:
            self.buckets[route.name] = bucket
        if headers.get("X-RateLimit-Remaining") == "0":
            self.close(route, _seconds(headers.get("X-RateLimit-Reset-After")) or 0.0)

    def close(self, route: Route, seconds: float) -> None:
        now = time.monotonic()
        # Webhooks are many, and each is used once: what is over is not kept.
        self.exhausted = {key: until for key, until in list(self.exhausted.items()) if until > now}
        self.exhausted[self.buckets.get(route.name, route.name), route.major] = now + seconds + MARGIN_SECONDS

    def close_everything(self, seconds: float) -> None:
        self.everything = time.monotonic() + seconds + MARGIN_SECONDS


class Api:
    def __init__(self, url: str, token: Callable[[], str]) -> None:
        self.limits = Limits()
        self._url = url
        self._token = token
        self._pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT, maxsize=4)

    def post(self, channel_id: str, message: Mapping[str, Any], nonce: str) -> str:
        """Post a message and return its id: the first one's, if this nonce was used a few minutes ago.

        Args:
            nonce: up to 25 characters.
        """
        body = {**message, "nonce": nonce, "enforce_nonce": True}
        return self.request("POST", f"/channels/{channel_id}/messages", body)["id"]

    def edit(self, channel_id: str, message_id: str, changes: Mapping[str, Any]) -> None:
        self.request("PATCH", f"/channels/{channel_id}/messages/{message_id}", changes)

    def answer(
        self, application_id: str, token: str, message: Mapping[str, Any], files: Sequence[TextFile] = ()
    ) -> None:
        """Put a message where an interaction was told to wait."""
        path = f"/webhooks/{application_id}/{token}/messages/@original"
        self.request("PATCH", path, {**message, "allowed_mentions": {"parse": []}}, files=files, as_bot=False)

    def request(
        self, method: str, path: str, body: Any = None, *, files: Sequence[TextFile] = (), as_bot: bool = True
    ) -> Any:
        """Ask once.

        Args:
            as_bot: False for what an interaction's token allows.

        Returns:
            The JSON it answers; None for no content.

        Raises:
            Unavailable, Rejected. Neither names the path: there may be a token in it.
        """
        route = Route.of(method, path)
        if pause := self.limits.pause(route, as_bot=as_bot):
            raise Unavailable("Discord wants a pause", retry_after=pause)
        content, content_type = _encoded(body, files)
        headers = {"User-Agent": USER_AGENT, **({"Content-Type": content_type} if content_type else {})}
        if as_bot:
            headers["Authorization"] = f"Bot {self._bot_token()}"
        try:
            response = self._pool.request(method, self._url + path, body=content, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(type(error).__name__) from None
        self.limits.note(route, response.headers)
        self._check(route, response)
        return response.json() if response.data else None

    def _bot_token(self) -> str:
        token = self._token()
        if not token:
            raise Rejected("there is no bot token: DISCORD_BOT_TOKEN, or discord_bot_token in the secret")
        return token

    def _check(self, route: Route, response: urllib3.BaseHTTPResponse) -> None:
        if response.status == 429:
            raise self._too_soon(route, response)
        if response.status >= 500 or response.status == 408:
            raise Unavailable(f"HTTP {response.status}")
        if response.status == 404:
            raise Gone(_reason(response))
        if response.status >= 300:
            raise Rejected(_reason(response))

    def _too_soon(self, route: Route, response: urllib3.BaseHTTPResponse) -> Unavailable:
        told = _json(response)
        # The header is in whole seconds.
        seconds = _seconds(told.get("retry_after")) or _seconds(response.headers.get("Retry-After"))
        seconds = DEFAULT_RETRY_SECONDS if seconds is None else seconds
        if told.get("global") or response.headers.get("X-RateLimit-Global"):
            self.limits.close_everything(seconds)
        else:
            self.limits.close(route, seconds)
        return Unavailable("Discord's rate limit", retry_after=seconds + MARGIN_SECONDS)


def bot_token() -> str:
    """Empty: there is none.

    Raises:
        Unavailable
    """
    return settings.discord_bot_token or find_secret("discord_bot_token")


@cache
def api() -> Api:
    return Api(settings.discord_api_url, bot_token)


def patiently(act: Callable[[], T], seconds: float, *, wait: Callable[[float], None] = time.sleep) -> T:
    """Try until it works, as long as there is time.

    Args:
        seconds: how long; the last attempt begins before they are over.

    Raises:
        Unavailable: there is no time left. Rejected.
    """
    deadline = time.monotonic() + seconds
    own_pauses = pauses(FIRST_PAUSE_SECONDS)
    while True:
        try:
            return act()
        except Unavailable as error:
            own_pause = next(own_pauses)
            pause = own_pause if error.retry_after is None else error.retry_after
            if time.monotonic() + pause > deadline:
                raise
            wait(pause)


def _encoded(body: Any, files: Sequence[TextFile]) -> tuple[bytes | None, str]:
    """The content and its type."""
    if body is None:
        return None, ""
    text = json.dumps(body).encode()
    if not files:
        return text, "application/json"
    parts: list[tuple[str, Any]] = [("payload_json", (None, text, "application/json"))]
    parts += [
        (f"files[{number}]", (file.name, file.text.encode(), "text/plain; charset=utf-8"))
        for number, file in enumerate(files)
    ]
    return urllib3.encode_multipart_formdata(parts)


def _reason(response: urllib3.BaseHTTPResponse) -> str:
    return f"HTTP {response.status} {json.dumps(_json(response))}"[:LONGEST_REASON]


def _json(response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    """Empty where what stands before Discord has answered in its place."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(value: object) -> float | None:
    try:
        return max(0.0, float(value)) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
