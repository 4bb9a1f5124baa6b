"""A fake of Discord's REST API as far as we use it: it enforces limits and can simulate outages."""

from __future__ import annotations

import email.parser
import email.policy
import json
import math
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import Any, Final

TOKEN: Final = "a-bots-token"
NEWS: Final = "1001"
DEV: Final = "1002"
APPLICATION: Final = "2001"
GUILD: Final = "3001"

NONCE_SECONDS: Final = 300
WINDOW_SECONDS: Final = 5.0
PER_WINDOW: Final = 5

Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Message:
    id: str
    channel_id: str
    body: dict[str, Any]
    nonce: str
    posted: float
    edits: int = 0

    @property
    def title(self) -> str:
        return self.body["embeds"][0]["title"]

    @property
    def text(self) -> str:
        return self.body["embeds"][0].get("description", "")

    @property
    def buttons(self) -> list[str]:
        return [each["custom_id"] for row in self.body.get("components", []) for each in row["components"]]


@dataclass
class FakeDiscord:
    """
    Attributes:
        failing: the share of requests answered with a 500, and nothing done.
        losing: the share of requests that are done, and whose answer is lost.
        down: no request is answered.
        window: seconds after which a channel may be written to again.
        per_second: what the bot may ask altogether.
        clock: seconds, which may be simulated.
        token: the bot's; Discord knows one at a time.
        others: the channels that there are besides those of our settings.
        messages: as they are now, in the order in which they were posted.
        answers: {token: what was put in an interaction's place}.
        files: {token: {file name: text}}.
        commands: {path: what is registered there}.
        requests: what was asked, and the status answered; 0 for an answer that was lost or never given.
    """

    seed: int = 1
    failing: float = 0.0
    losing: float = 0.0
    down: bool = False
    window: float = WINDOW_SECONDS
    per_second: int = 50
    clock: Callable[[], float] = time.monotonic
    url: str = ""
    others: tuple[str, ...] = ()
    token: str = TOKEN
    messages: list[Message] = field(default_factory=list[Message])
    answers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    files: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    requests: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)
        self._lock = Lock()
        self._windows: dict[str, tuple[float, int]] = {}
        self._second: deque[float] = deque()
        self._ids = 900_000_000_000_000_000

    @property
    def titles(self) -> list[str]:
        return [message.title for message in self.messages]

    @property
    def statuses(self) -> Counter[int]:
        return Counter(status for _, _, status in self.requests)

    def take(self, method: str, path: str, headers: dict[str, str], content: bytes) -> Answer | None:
        """Return the answer; None to send none."""
        with self._lock:
            answer = self._take(method, path, headers, content)
            lost = answer is not None and answer[0] < 300 and self._rng.random() < self.losing
            answer = None if lost else answer
            self.requests.append((method, path, answer[0] if answer else 0))
            return answer

    def _take(self, method: str, path: str, headers: dict[str, str], content: bytes) -> Answer | None:
        if self.down:
            return None
        if not re.fullmatch(r"DiscordBot \(https?://\S+, \S+\).*", headers.get("user-agent", "")):
            return 403, {"message": "no browser's agent, please", "code": 40333}, {}
        by_webhook = path.startswith("/webhooks/")
        if not by_webhook and headers.get("authorization") != f"Bot {self.token}":
            return 401, {"message": "401: Unauthorized", "code": 0}, {}
        if not by_webhook and (refusal := self._globally()):
            return refusal
        limits, refusal = self._counted(method, path)
        if refusal:
            return refusal
        if self._rng.random() < self.failing:
            return 500, {"message": "500: Internal Server Error", "code": 0}, limits
        status, answer = self._act(method, path, *_decoded(headers, content))
        return status, answer, limits

    def _globally(self) -> Answer | None:
        now = self.clock()
        while self._second and self._second[0] < now - 1:
            self._second.popleft()
        if len(self._second) >= self.per_second:
            after = self._second[0] + 1 - now
            body = {"message": "You are being rate limited.", "retry_after": after, "global": True}
            return 429, body, {"Retry-After": str(math.ceil(after)), "X-RateLimit-Global": "true"}
        self._second.append(now)
        return None

    def _counted(self, method: str, path: str) -> tuple[dict[str, str], Answer | None]:
        """Count a request: creating and editing separately, for each channel and webhook."""
        major = "/".join(path.split("/")[1:3])
        key, now = f"{method}:{major}", self.clock()
        begun, used = self._windows.get(key, (now, 0))
        if now - begun >= self.window:
            begun, used = now, 0
        after = max(0.0, begun + self.window - now)
        limits = {
            "X-RateLimit-Limit": str(PER_WINDOW),
            "X-RateLimit-Remaining": str(max(0, PER_WINDOW - used - 1)),
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": f"bucket-of-{method}-{path.split('/')[1]}",
        }
        if used >= PER_WINDOW:
            body = {"message": "You are being rate limited.", "retry_after": after, "global": False}
            return limits, (429, body, {**limits, "Retry-After": str(math.ceil(after)), "X-RateLimit-Scope": "user"})
        self._windows[key] = begun, used + 1
        return limits, None

    def _act(self, method: str, path: str, body: Any, files: dict[str, str]) -> tuple[int, Any]:
        path = path.partition("?")[0]
        match path.strip("/").split("/"):
            case ["channels", channel_id, "messages"] if method == "POST":
                return self._post(channel_id, body)
            case ["channels", channel_id, "messages", message_id] if method == "PATCH":
                return self._edit(channel_id, message_id, body)
            case ["webhooks", _, token, "messages", "@original"] if method == "PATCH":
                return self._answer(token, body, files)
            case ["applications", *_, "commands"] if method in ("GET", "PUT"):
                return self._list(path) if method == "GET" else self._overwrite(path, body)
            case ["applications", *_, "commands", command_id] if method == "DELETE":
                return self._delete(path.rpartition("/")[0], command_id)
            case _:
                return 404, {"message": "404: Not Found", "code": 0}

    def _post(self, channel_id: str, body: dict[str, Any]) -> tuple[int, Any]:
        if channel_id not in (NEWS, DEV, *self.others):
            return 404, {"message": "Unknown Channel", "code": 10003}
        if errors := problems(body):
            return 400, {"message": "Invalid Form Body", "code": 50035, "errors": errors}
        nonce = body.get("nonce", "")
        for message in self.messages if body.get("enforce_nonce") else ():
            if message.nonce == nonce and self.clock() - message.posted < NONCE_SECONDS:
                return 200, {"id": message.id, "channel_id": message.channel_id}
        message = Message(self._id(), channel_id, body, nonce, self.clock())
        self.messages.append(message)
        return 200, {"id": message.id, "channel_id": channel_id}

    def _edit(self, channel_id: str, message_id: str, body: dict[str, Any]) -> tuple[int, Any]:
        found = [each for each in self.messages if (each.channel_id, each.id) == (channel_id, message_id)]
        if not found:
            return 404, {"message": "Unknown Message", "code": 10008}
        if errors := problems(body):
            return 400, {"message": "Invalid Form Body", "code": 50035, "errors": errors}
        found[0].body |= body
        found[0].edits += 1
        return 200, {"id": message_id, "channel_id": channel_id}

    def _answer(self, token: str, body: dict[str, Any], files: dict[str, str]) -> tuple[int, Any]:
        if token.startswith("old"):
            return 404, {"message": "Unknown Webhook", "code": 10015}
        if errors := problems(body):
            return 400, {"message": "Invalid Form Body", "code": 50035, "errors": errors}
        self.answers[token] = body
        self.files[token] = files
        return 200, {"id": self._id()}

    def _list(self, path: str) -> tuple[int, Any]:
        return 200, self.commands[path]

    def _overwrite(self, path: str, commands: list[dict[str, Any]]) -> tuple[int, Any]:
        self.commands[path] = [self._registered(path, command) for command in commands]
        return 200, self.commands[path]

    def _delete(self, path: str, command_id: str) -> tuple[int, Any]:
        self.commands[path] = [each for each in self.commands[path] if each["id"] != command_id]
        return 204, None

    def _registered(self, path: str, command: dict[str, Any]) -> dict[str, Any]:
        """Return a command with the fields that Discord adds and without those that it omits."""
        globally = "guilds" not in path
        return {
            "id": self._id(),
            "application_id": path.split("/")[2],
            "version": self._id(),
            "default_member_permissions": None,
            "type": 1,
            "nsfw": False,
            "name_localizations": None,
            "description_localizations": None,
            "dm_permission": True,
            **command,
            "contexts": sorted(command.get("contexts") or [0, 1, 2]) if globally else None,
            "integration_types": command.get("integration_types") or [0],
            **({"options": [_option(each) for each in command["options"]]} if command.get("options") else {}),
        }

    def _id(self) -> str:
        self._ids += 1
        return str(self._ids)


def problems(body: dict[str, Any]) -> list[str]:
    """Return why Discord would refuse a message. Source: its documentation, Create Message, Embed Limits."""
    found: list[str] = []
    embeds = body.get("embeds") or []
    if not body.keys() & {"content", "embeds", "components"} or (
        "embeds" in body and not embeds and not body.get("content")
    ):
        found.append("empty")
    if len(body.get("content") or "") > 2000:
        found.append("content")
    if len(body.get("nonce") or "") > 25:
        found.append("nonce")
    if len(embeds) > 10:
        found.append("embeds")
    total = 0
    for embed in embeds:
        fields = embed.get("fields") or []
        texts = [
            (embed.get("title") or "", 0, 256),
            (embed.get("description") or "", 0, 4096),
            ((embed.get("footer") or {}).get("text") or "", 0, 2048),
            *((each.get("name") or "", 1, 256) for each in fields),
            *((each.get("value") or "", 1, 1024) for each in fields),
        ]
        if len(fields) > 25 or not all(least <= len(text) <= most for text, least, most in texts):
            found.append("embed")
        if not 0 <= embed.get("color", 0) <= 0xFFFFFF:
            found.append("color")
        total += sum(len(text) for text, _, _ in texts)
    if total > 6000:
        found.append("6000")
    rows = body.get("components") or []
    if len(rows) > 5 or any(not 1 <= len(row["components"]) <= 5 for row in rows):
        found.append("components")
    widgets = [each for row in rows for each in row["components"]]
    if any(not 1 <= len(each["custom_id"]) <= 100 or not 1 <= len(each.get("label", "-")) <= 80 for each in widgets):
        found.append("component")
    return found


def _option(option: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in option.items() if value is not False}
    return {**kept, "name_localizations": option.get("name_localizations"), "channel_types": []}


def _decoded(headers: dict[str, str], content: bytes) -> tuple[Any, dict[str, str]]:
    """The JSON and the files."""
    content_type = headers.get("content-type", "")
    if not content_type.startswith("multipart/form-data"):
        return json.loads(content) if content else None, {}
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
    body: Any = None
    files: dict[str, str] = {}
    for part in parsed.iter_parts():
        text = (part.get_payload(decode=True) or b"").decode()  # pyright: ignore[reportAttributeAccessIssue]
        if name := part.get_filename():
            files[name] = text
        else:
            body = json.loads(text)
    return body, files


@contextmanager
def fake_discord(discord: FakeDiscord | None = None) -> Iterator[FakeDiscord]:
    peer = discord or FakeDiscord()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = peer.take(self.command, self.path, headers, content)
            if answer is None:
                self.close_connection = True
                return
            status, body, more = answer
            text = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **more}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        peer.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield peer
        server.shutdown()
