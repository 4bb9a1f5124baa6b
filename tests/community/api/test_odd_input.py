"""Whatever is sent to players, inventories, timeouts and administration: 400, and never 500."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from doors.app import MAX_BODY
from functions.community.users.app import handler
from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi, proxy_event
from tests.support.factories import make_player, unlock

ACCOUNT = {"platform": "twitch", "platform_id": "a", "username": "alice"}
NAME = {"platform": "twitch", "username": "alice"}
ITEM = NAME | {"item_name": "spade", "quantity": 1}
USE = ACCOUNT | ITEM
REGISTER = {
    "username": "alice",
    "known_platform": "twitch",
    "known_platform_id": "a",
    "new_platform": "twitch",
    "new_platform_id": "a",
}
GIVE = {
    "owner_platform": "twitch",
    "owner_platform_id": "a",
    "owner": "alice",
    "receiver_platform": "twitch",
    "receiver_platform_id": "b",
    "receiver": "bob",
    "item_name": "spade",
    "quantity": 1,
}
SILENCE = NAME | {"duration_seconds": 1, "reason": "spam"}
SEARCH = {"query": "ali", "platform": "twitch", "limit": 5}
LOG = {
    "user_id": "00000000-0000-0000-0000-000000000000",
    "event_type": "x",
    "since": "2026-01-01T00:00:00Z",
    "limit": 5,
}

BODIES = [
    ("POST", "/api/v1/user/register", REGISTER),
    ("POST", "/api/v1/user/register", ACCOUNT),
    ("POST", "/api/v1/user/item/add", ITEM),
    ("POST", "/api/v1/user/item/remove", ITEM),
    ("POST", "/api/v1/user/item/use", USE),
    ("POST", "/api/v1/user/item/give", GIVE),
    ("PUT", "/api/v1/user/timeout", SILENCE),
    ("POST", "/api/v1/user/timeout", SILENCE),
    ("POST", "/api/v1/user/search", SEARCH),
    ("POST", "/api/v1/admin/timeout/clear", NAME),
]
QUERIES = [
    ("/api/v1/user/inventory", ACCOUNT | {"filter": ""}),
    ("/api/v1/user/inventory-by-username", NAME | {"filter": ""}),
    ("/api/v1/user/inventory/alice", {"platform": "twitch", "filter": ""}),
    ("/api/v1/user/timeout", NAME),
    ("/api/v1/admin/users/lookup", NAME),
    ("/api/v1/admin/users/recent", {"limit": 5}),
    ("/api/v1/admin/events", LOG),
]
NUMBERS = {"quantity", "duration_seconds", "limit"}

NEVER_TEXT: list[Any] = [
    [],
    {},
    ["alice"],
    {"name": "alice"},
    "",
    "a\x00b",
    "a\rb",
    "a\nb",
    "a\tb",
    "\ud800",
    "x" * 300,
]
# Fine as a text, if hardly the name of anything.
ODD_TEXT: list[Any] = [
    *("🦉" * 20, "é" * 100, "\u202eolla", "' OR 1=1 --", '"; DROP TABLE users; --', "%", "100%", "_", "\\", "{name}"),
    *("%s", "%(now)s", "$1", "null", "\x01\x1b[31m", "\x7f", "İ", "ß", " ", "../../etc/passwd", 7, 10**25, -1.5, True),
]
NEVER_REASON: list[Any] = [[], {}, ["spam"], "a\x00b", "x" * 256]
NEVER_NUMBER: list[Any] = [
    *([], {}, [1], "", "x", "1.5", 1.5, 0, -1, 10**6, 10**30, -(10**30), "9" * 5000, float("inf"), float("nan")),
]
NEVER_JSON = ["{", "[", '{"platform":', "{'platform': 1}", "\x00", '{"a": 1} {"b": 2}', "[" * 100_000, "9" * 5000]
NEVER_AN_OBJECT = ["[]", "null", "1", '"alice"', "true", '[{"platform": "twitch"}]']


@pytest.fixture(autouse=True)
def players(conn: Connection) -> None:
    with transaction(conn) as tx:
        unlock(tx, "item_spade")
        make_player(tx, platform_id="a", items={"item_spade": 500})
        make_player(tx, "bob", platform_id="b", items={"item_spade": 500})


def is_refused(answer: Answer) -> bool:
    return answer.status == 400 and bool(answer.json["error"] and answer.json["code"])


def is_proper(answer: Answer) -> bool:
    return answer.status < 400 or (
        answer.status in (400, 404, 409) and bool(answer.json["error"] and answer.json["code"])
    )


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_no_value_is_an_accident(call: CallApi, method: str, path: str, body: dict[str, Any]):
    assert call(method, path, body).status == 200  # or what follows would be refused for another reason
    for field in body:
        for value in impossible(field):
            answer = call(method, path, body | {field: value})
            assert is_refused(answer), (field, value, answer)
        for value in ODD_TEXT:
            answer = call(method, path, body | {field: value})
            assert is_proper(answer), (field, value, answer)


@pytest.mark.parametrize(("path", "query"), QUERIES)
def test_no_query_is_an_accident(call: CallApi, path: str, query: dict[str, Any]):
    for field in query:
        for value in (*impossible(field), *ODD_TEXT):
            text = value if isinstance(value, str) else json.dumps(value)
            answer = call("GET", path, query={**{name: str(sent) for name, sent in query.items()}, field: text})
            assert is_proper(answer), (field, value, answer)


def test_no_name_in_a_path_is_an_accident(call: CallApi):
    for name in (*impossible("username"), *ODD_TEXT):
        answer = call("GET", f"/api/v1/user/inventory/{name}", query={"platform": "twitch"})
        assert is_proper(answer), (name, answer)


def impossible(field: str) -> list[Any]:
    if field in NUMBERS:
        return NEVER_NUMBER
    return NEVER_REASON if field == "reason" else NEVER_TEXT


@pytest.mark.parametrize(("method", "path"), sorted({(method, path) for method, path, _ in BODIES}))
def test_a_body_is_an_object(call: CallApi, method: str, path: str):
    for text in NEVER_JSON:
        answer = call(method, path, text)
        assert (answer.status, answer.json["code"]) == (400, "bad_json"), (text[:20], answer)
    for text in (*NEVER_AN_OBJECT, ""):
        answer = call(method, path, text)
        assert (answer.status, answer.json["code"]) == (400, "validation"), (text, answer)
    assert call(method, path, " " * (MAX_BODY + 1)).status == 413


@pytest.mark.usefixtures("environment")
def test_a_body_is_text():
    event = proxy_event("POST", "/api/v1/user/item/add")
    event |= {"body": base64.b64encode(b'{"platform": "\xff\xfe"}').decode(), "isBase64Encoded": True}

    answer = handler(event, None)

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "bad_json")
