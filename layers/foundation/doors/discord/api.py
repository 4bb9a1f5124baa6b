"""The part of Discord's REST API that we use (outer ring).

It never waits: a request that would exceed a rate limit raises `Unavailable` with the seconds to wait.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import urllib3
from msgspec import Struct, field

from doors.discord.settings import settings
from doors.outbound import Rejected, Unavailable
from doors.secrets import find_secret, forget_secrets
from kernel.backoff import pauses
from kernel.per_environment import per_environment

TIMEOUT: Final = urllib3.Timeout(connect=3, read=5)
USER_AGENT: Final = "DiscordBot (https://brandish.invalid, 1)"
"""Discord requires this format."""

MARGIN_SECONDS: Final = 0.05
DEFAULT_RETRY_SECONDS: Final = 5.0
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_REASON: Final = 500

T = TypeVar("T")

_MAJOR = re.compile(r"/(?:channels|guilds)/\d+|/webhooks/\d+/[^/]+")


class Gone(Rejected):
    """The thing does not exist, or not any more."""


class Attachment(Struct, frozen=True):
    """A text file to attach to a message."""

    name: str
    text: str


class RateLimitedRoute(Struct, frozen=True):
    """A group of requests that Discord counts together.

    Attributes:
        major: the channel, guild or webhook; each has its own count.
    """

    name: str
    major: str

    @classmethod
    def of(cls, method: str, path: str) -> RateLimitedRoute:
        """Return the route of a request."""
        found = _MAJOR.match(path)
        major = found.group() if found else ""
        rest = re.sub(r"/\d+", "/:id", path[len(major) :].partition("?")[0])
        kind = major.split("/")[1] if major else ""
        return cls(f"{method} /{kind}{rest}", major)


class RateLimits(Struct):
    """The rate limits that Discord has reported. Source: its documentation, Rate Limits.

    Attributes:
        buckets: {route's name: bucket}; routes with the same bucket are counted together.
        exhausted: {(bucket, major): time.monotonic() at which requests are allowed again}.
        everything: the same for all requests of the bot.
    """

    buckets: dict[str, str] = field(default_factory=dict[str, str])
    exhausted: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    everything: float = 0.0

    def pause(self, route: RateLimitedRoute, *, as_bot: bool) -> float:
        """Return the seconds to wait before the next request; 0 for none."""
        key = (self.buckets.get(route.name, route.name), route.major)
        until = max(self.exhausted.get(key, 0.0), self.everything if as_bot else 0.0)
        return max(0.0, until - time.monotonic())

    def note(self, route: RateLimitedRoute, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer."""
        bucket = headers.get("X-RateLimit-Bucket")
        if bucket:
            self.buckets[route.name] = bucket
        if headers.get("X-RateLimit-Remaining") == "0":
            self.close(route, _seconds(headers.get("X-RateLimit-Reset-After")) or 0.0)

    def close(self, route: RateLimitedRoute, seconds: float) -> None:
        """Allow no request of this route for some time."""
        now = time.monotonic()
        # There are many webhooks, each used once, so expired entries are removed.
        self.exhausted = {key: until for key, until in list(self.exhausted.items()) if until > now}
        self.exhausted[self.buckets.get(route.name, route.name), route.major] = now + seconds + MARGIN_SECONDS

    def close_everything(self, seconds: float) -> None:
        """Allow no request of the bot for some time."""
        self.everything = time.monotonic() + seconds + MARGIN_SECONDS


class TokenRefused(Unavailable):
    """Discord does not accept the bot's token.

    It may have been replaced, which makes the old one invalid at once. Messages wait until the new one is stored.
    """


class DiscordApi:
    """A client of Discord's REST API that respects its rate limits."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        self.limits = RateLimits()
        self._url = url
        self._token = token
        self._pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT, maxsize=4)

    def post(self, channel_id: str, message: Mapping[str, Any], nonce: str) -> str:
        """Post a message and return its id; if the nonce was used minutes ago, return the id of the first message.

        Args:
            nonce: up to 25 characters.
        """
        body = {**message, "nonce": nonce, "enforce_nonce": True}
        return self.request("POST", f"/channels/{channel_id}/messages", body)["id"]

    def edit(self, channel_id: str, message_id: str, changes: Mapping[str, Any]) -> None:
        """Change a message."""
        self.request("PATCH", f"/channels/{channel_id}/messages/{message_id}", changes)

    def answer(
        self, application_id: str, token: str, message: Mapping[str, Any], files: Sequence[Attachment] = ()
    ) -> None:
        """Replace the placeholder of a deferred interaction with a message."""
        path = f"/webhooks/{application_id}/{token}/messages/@original"
        self.request("PATCH", path, {**message, "allowed_mentions": {"parse": []}}, files=files, as_bot=False)

    def request(
        self, method: str, path: str, body: Any = None, *, files: Sequence[Attachment] = (), as_bot: bool = True
    ) -> Any:
        """Send a request once.

        Args:
            as_bot: False for requests that an interaction's token authorises.

        Returns:
            The JSON of the answer; None for no content.

        Raises:
            Unavailable, Rejected: neither contains the path, because it may contain a token.
            TokenRefused
        """
        route = RateLimitedRoute.of(method, path)
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
        if response.status == 401 and as_bot:
            forget_secrets()
            raise TokenRefused(_reason(response))
        self._check(route, response)
        return response.json() if response.data else None

    def _bot_token(self) -> str:
        token = self._token()
        if not token:
            raise Rejected("there is no bot token: DISCORD_BOT_TOKEN, or discord_bot_token in the secret")
        return token

    def _check(self, route: RateLimitedRoute, response: urllib3.BaseHTTPResponse) -> None:
        if response.status == 429:
            raise self._too_soon(route, response)
        if response.status >= 500 or response.status == 408:
            raise Unavailable(f"HTTP {response.status}")
        if response.status == 404:
            raise Gone(_reason(response))
        if response.status >= 300:
            raise Rejected(_reason(response))

    def _too_soon(self, route: RateLimitedRoute, response: urllib3.BaseHTTPResponse) -> Unavailable:
        body = _json(response)
        # The header is in whole seconds.
        seconds = _seconds(body.get("retry_after")) or _seconds(response.headers.get("Retry-After"))
        seconds = DEFAULT_RETRY_SECONDS if seconds is None else seconds
        if body.get("global") or response.headers.get("X-RateLimit-Global"):
            self.limits.close_everything(seconds)
        else:
            self.limits.close(route, seconds)
        return Unavailable("Discord's rate limit", retry_after=seconds + MARGIN_SECONDS)


def bot_token() -> str:
    """Return the bot's token; "" when there is none.

    Raises:
        Unavailable
    """
    return settings.discord_bot_token or find_secret("discord_bot_token")


@per_environment
def api() -> DiscordApi:
    """Return the client of this environment."""
    return DiscordApi(settings.discord_api_url, bot_token)


def retry_until(act: Callable[[], T], seconds: float, *, wait: Callable[[float], None] = time.sleep) -> T:
    """Call `act` until it succeeds or the time is up.

    Args:
        seconds: no attempt begins after this time.

    Raises:
        Rejected, Unavailable: the last attempt failed.
    """
    deadline = time.monotonic() + seconds
    backoff = pauses(FIRST_PAUSE_SECONDS)
    while True:
        try:
            return act()
        except TokenRefused:
            raise
        except Unavailable as error:
            backoff_seconds = next(backoff)
            pause = backoff_seconds if error.retry_after is None else error.retry_after
            if time.monotonic() + pause > deadline:
                raise
            wait(pause)


def _encoded(body: Any, files: Sequence[Attachment]) -> tuple[bytes | None, str]:
    """Return the content of a request and its type."""
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
    """Return the answer's JSON; {} if a proxy in front of Discord answered with something else."""
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
