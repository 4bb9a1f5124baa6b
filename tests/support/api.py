"""Calling the real handlers as API Gateway does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from nacl.signing import SigningKey

import kernel.settings
from functions.shared.authorizer.app import key_ring, ticket_keys, wrong_keys
from kernel import connections as database
from kernel import event_bridge as put
from kernel.database import Connection
from kernel.events import waking
from kernel.keys import service as keys
from kernel.switches import service as switches
from local.stack.resources import Template
from local.stack.routes import Routes
from local.stack.template import load
from tests.support.discord_client import DiscordClient
from tests.support.fakes import FakeEventBridge, fake_event_bridge


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def proxy_event(
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    role: str | None = "admin",
    caller: str = "test",
    address: str = "203.0.113.7",
) -> dict[str, Any]:
    """A REST API proxy event. `body` is sent as JSON unless it is a string already.

    Args:
        caller: the name of the caller's key, and the key itself. The database knows `test`, an administrator's.
    """
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": None,
        "stageVariables": None,
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "path": path,
            "domainName": (headers or {}).get("Host", "localhost"),  # as if the name that was asked for were ours
            "identity": {"sourceIp": address},
            "authorizer": {"role": role, "principalId": caller, "key_hash": keys.digest(caller)} if role else None,
        },
    }


def code_of(answer: Answer) -> tuple[int, str]:
    """The status and the code of an error that has nothing but a sentence and a code."""
    assert set(answer.json) == {"error", "code"}
    return answer.status, answer.json["code"]


ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"

CallApi = Callable[..., Answer]


def app_of(folder: str) -> str:
    """The module of the function whose folder has this name, in any product.

    Of two with one name, the plain one is shared, and a product's is personas_desk.
    """
    product, _, own = folder.partition("_")
    places = [*FUNCTIONS.glob(f"{product}/{own}/app.py"), *FUNCTIONS.glob(f"*/{folder}/app.py")]
    [found] = [place for place in places if place.parent.parent.name == "shared"] or places
    return ".".join(found.relative_to(FUNCTIONS.parent).with_suffix("").parts)


@cache
def _template() -> tuple[Template, Routes]:
    template = load(ROOT / "template.yaml")
    return template, Routes(template.api.routes)


def handler_of(path: str) -> Callable[[Any, Any], Any]:
    """Return the handler for a path in template.yaml."""
    template, routes = _template()
    match = routes.match("POST", path)
    assert match
    module, _, name = template.functions[match.route.function].handler.rpartition(".")
    return getattr(import_module(module), name)


@pytest.fixture
def environment(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Make this thread a new Lambda environment that is connected to the test's own database."""
    key_ring.clear()
    ticket_keys.clear()
    wrong_keys.clear()
    switches.ask_again()
    monkeypatch.setattr(database._environment, "connection", conn, raising=False)
    return conn


@pytest.fixture
def event_bridge(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEventBridge]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    put._credentials.cache_clear()
    with fake_event_bridge() as bridge:
        settings = replace(kernel.settings.settings, events_url=bridge.url, aws_region="eu-central-1")
        for module in (put, waking):
            monkeypatch.setattr(module, "settings", settings)
        yield bridge
    put._credentials.cache_clear()
    put.close()


@pytest.fixture
def call(environment: Connection, monkeypatch: pytest.MonkeyPatch) -> CallApi:
    """`call("POST", "/api/v1/...", body, query=..., headers=..., role=...)` on a database of the test's own."""
    # Outside the VPC: the inner function that it invokes is here, and there are no queues.
    nothing = {"letters": [], "total": 0, "done": 0, "stuck": 0}
    monkeypatch.setattr("functions.shared.letters.queues.carry_out", lambda plan: nothing)
    monkeypatch.setattr(
        "functions.shared.letters.app.invoke",
        lambda function, event: import_module("functions.community.admin.app").handler(event, None),
    )

    def call_api(method: str, path: str, body: Any = None, **options: Any) -> Answer:
        answer = handler_of(path)(proxy_event(method, path, body, **options), None)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    return call_api


@pytest.fixture
def discord(environment: Connection, monkeypatch: pytest.MonkeyPatch) -> DiscordClient:
    """A Discord client for a game on the test's own database."""
    from functions.shared.discord import app, health

    client = DiscordClient(SigningKey.generate(), app.handler)
    for module in (app, health):
        monkeypatch.setattr(module, "settings", replace(module.settings, discord_public_keys=(client.public_key,)))
    return client
