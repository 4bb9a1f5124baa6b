from __future__ import annotations

import base64
import json

import pytest

from kernel.database import Connection
from tests.support.api import CallApi, Answer, call, environment, handler_of, proxy_event  # noqa: F401

ALICE = {"platform": "twitch", "platform_id": "1", "username": "alice"}


def raw(event: dict) -> Answer:
    answer = handler_of(event["path"] if "%" not in event["path"] else event["_route"])(event, None)
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


BODIES = ["null", "[]", "1", '"x"', "true", "{}", "[[]]", "[" * 100000, '{"a":' * 5000 + "1" + "}" * 5000, "NaN",
          '{"platform": NaN}', "\ufeff{}", "\x00", '"\\ud800"', '{"\\ud800": 1}', '{"platform":"\\ud800"}', "1" * 5000,
          "{\"quantity\": 1e400}", "-", "{\"a\":1}x", " ", "\u2028", "\ud800",
          json.dumps({**ALICE, "item_name": "money", "quantity": 10 ** 4000}),
          '{"platform":"twitch","platform_id":"1","username":"alice","item_name":"money","quantity":Infinity}',
          '{"platform":"twitch","platform_id":"1","username":"alice","item_name":"money","quantity":1.0}',
          '{"platform":"twitch","platform_id":1e400,"username":"alice","item_name":"money","quantity":1}',
          '{"platform":"twitch","platform_id":NaN,"username":"alice","item_name":"money","quantity":1}',
          '{"platform":"twitch","platform_id":"\\u0000","username":"alice","item_name":"money","quantity":1}',
          '{"platform":"twitch","platform_id":"1","username":"\\ud83d","item_name":"money","quantity":1}',
          '{"platform":["twitch"],"platform_id":"1","username":"x","item_name":"money","quantity":1}',
          '{"platform":{"a":1},"platform_id":"1","username":"x","item_name":"money","quantity":1}',
          ]
PATHS = ["/api/v1/user/item/add", "/api/v1/user/register", "/api/v1/message/batch", "/api/v1/message/handle",
         "/api/v1/progression/vote", "/api/v1/user/search", "/api/v1/progression/admin/unlock", "/api/v1/admin/keys",
         "/api/v1/user/timeout", "/api/v1/economy/buy", "/api/v1/progression/engagement",
         "/api/v1/gamble/start", "/api/v1/gamble/join", "/api/v1/stats/event", "/api/v1/link/initiate",
         "/api/v1/progression/admin/contribution", "/api/v1/progression/admin/weights", "/api/v1/admin/events/broadcast"]


@pytest.mark.parametrize("path", PATHS)
def test_odd_bodies(call: CallApi, path: str):
    for body in BODIES:
        for b64 in (False, True):
            if b64:
                try:
                    sent = base64.b64encode(body.encode()).decode()
                except UnicodeError:
                    continue
            else:
                sent = body
            event = proxy_event("POST", path, sent)
            event["isBase64Encoded"] = b64
            answer = raw(event)
            assert answer.status < 500, (path, body[:60], b64, answer)
            if answer.status >= 400:
                assert answer.json["code"], answer


@pytest.mark.parametrize("sent", [b"\xff\xfe\x00", b"\xff", b"\x00{}", "{}".encode("utf-16"), b"\xef\xbb\xbf{}", b"{\x80:1}"])
def test_odd_bytes(call: CallApi, sent: bytes):
    event = proxy_event("POST", "/api/v1/user/item/add", base64.b64encode(sent).decode())
    event["isBase64Encoded"] = True
    answer = raw(event)
    assert answer.status == 400, answer


def test_odd_paths(call: CallApi):
    for name in ["%00", "%ff", "%F0%9F%98%80", "a%2Fb", "%0A", "a%0a", "..", "%2e%2e", "%25", "%", "%zz", "x" * 200, "%ud800", "\ud800", "%20"]:
        for prefix, method in [("/api/v1/user/inventory/", "GET"), ("/api/v1/progression/engagement/", "GET"),
                       ("/api/v1/progression/engagement/", "POST"), ("/api/v1/progression/estimate/", "GET")]:
            event = proxy_event(method, prefix + name, {"metric": "x", "value": 1}, headers={"Idempotency-Key": "k"})
            event["_route"] = prefix + "x"
            answer = handler_of(prefix + "x")(event, None)
            assert answer["statusCode"] < 500, (prefix, name, answer)


@pytest.mark.parametrize("key", ["a" * 500, "\U0001f600", " ", "é"])
def test_odd_idempotency_keys(call: CallApi, key: str):
    answer = call("POST", "/api/v1/user/register", ALICE, headers={"Idempotency-Key": key})
    assert answer.status < 500, answer


def test_duplicate_query(call: CallApi):
    call("POST", "/api/v1/user/register", ALICE)
    event = proxy_event("GET", "/api/v1/user/inventory", query=ALICE)
    event["multiValueQueryStringParameters"] = {k: [v, v] for k, v in ALICE.items()} | {"filter": ["x", "\x00"]}
    assert raw(event).status < 500
    for odd in ["\x00", "\ud800", "\uffff", "", "a" * 10000, "%00"]:
        for name in ["platform", "platform_id", "username", "filter"]:
            event = proxy_event("GET", "/api/v1/user/inventory", query={**ALICE, name: odd})
            assert raw(event).status < 500, (name, odd)


def test_methods(call: CallApi):
    for method in ["HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "head", "FOO", ""]:
        for path in ["/api/v1/user/inventory", "/api/v1/user/register", "/api/v1/admin/keys", "/healthz", "/readyz", "/metrics", "/swagger/"]:
            event = proxy_event(method, path, query=ALICE if "inventory" in path else None)
            answer = raw(event)
            assert answer.status < 500 or path == "/readyz", (method, path, answer)
            if method == "HEAD":
                assert answer.text == ""


def test_roles_by_odd_paths(call: CallApi):
    for path in ["/api/v1/admin/keys", "/api/v1/%61dmin/keys", "/api/v1/admin%2Fkeys", "/api/v1/ADMIN/keys", "/api/v1//admin/keys",
                 "/api/v1/admin/keys%0A", "/api/v1/admin/keys/", "/api/v1/admin/keys//", "/api/v1/./admin/keys", "/api/v1/x/../admin/keys",
                 "/api/%761/admin/keys", "/%61pi/v1/admin/keys", "//api/v1/admin/keys", "/api/v1/admin/keys?x", "/api/v1/admin/keys;x",
                 "/api/v1/%2561dmin/keys", "/dev/api/v1/admin/keys", "/api/v1/admin%00/keys", "/\u0430pi/v1/admin/keys"]:
        for role in ("bot", "viewer", None):
            event = proxy_event("GET", path, role=role)
            answer = handler_of("/api/v1/admin/keys")(event, None)
            assert answer["statusCode"] in (401, 403, 404, 400, 405), (path, role, answer)


def test_the_limit_is_one_of_bytes(call: CallApi):
    body = json.dumps({**ALICE, "x": "\u20ac" * 900_000}, ensure_ascii=False)
    assert len(body.encode()) > 2 * 1024 * 1024
    assert call("POST", "/api/v1/user/register", body).status == 413
