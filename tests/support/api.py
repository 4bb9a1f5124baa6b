"""Calling the real handlers as API Gateway does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

import kernel.settings
from functions.shared.authorizer.app import known_keys
from kernel import connections as database
from kernel import event_bridge as put
from kernel.database import Connection
from kernel.events import waking
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
    address: str = "203.0.113.7",
) -> dict[str, Any]:
    """A REST API proxy event. `body` is sent as JSON unless it is a string already."""
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
            "identity": {"sourceIp": address},
            "authorizer": {"role": role, "principalId": "test"} if role else None,
        },
    }


ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"

CallApi = Callable[..., Answer]


def app_of(folder: str) -> str:
    """The module of the function whose folder has this name, whatever its product."""
    [found] = FUNCTIONS.glob(f"*/{folder}/app.py")
    return f"functions.{found.parent.parent.name}.{folder}.app"


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
    known_keys.clear()
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
def call(environment: Connection) -> CallApi:
    """`call("POST", "/api/v1/...", body, query=..., headers=..., role=...)` on a database of the test's own."""

    def call_api(method: str, path: str, body: Any = None, **options: Any) -> Answer:
        answer = handler_of(path)(proxy_event(method, path, body, **options), None)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    return call_api


@pytest.fixture
def discord(environment: Connection, monkeypatch: pytest.MonkeyPatch) -> DiscordClient:
    """A Discord client for a game on the test's own database."""
    from functions.community.discord import app, health

    client = DiscordClient(SigningKey.generate(), app.handler)
    for module in (app, health):
        monkeypatch.setattr(module, "settings", replace(module.settings, discord_public_key=client.public_key))
    return client
