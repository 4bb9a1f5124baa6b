"""What every HTTP group does alike: the same request is answered the same way, however it is sent."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from fastapi import Depends, Response
from msgspec.structs import replace

import doors.app
import functions.community.economy.app
from community.players.models import PlayerRef
from doors.app import create_app
from doors.asgi import WouldBlock
from doors.call import Call
from doors.routes import Router
from kernel import connections as database
from kernel import metrics
from kernel.database import Connection, connect, transaction
from kernel.errors import NoFreeConnection
from tests.support.api import CallApi, handler_of, proxy_event
from tests.support.factories import announced, holdings, make_player, unlock

ALICE = {"platform": "twitch", "platform_id": "1", "username": "alice"}
SELL = ALICE | {"item_name": "spade", "quantity": 1}
PATH = "/api/v1/economy/sell"


@pytest.fixture
def shop(environment: Connection, call: CallApi) -> CallApi:
    """Alice has ten spades, and the shop is open."""
    with transaction(environment) as tx:
        make_player(tx, "alice", platform_id="1", items={"item_spade": 10})
        unlock(tx, "feature_economy")
    return call


def spades(conn: Connection) -> int:
    with transaction(conn) as tx:
        return holdings(tx, PlayerRef("twitch", "1")).get("item_spade", 0)


def test_a_sale_answers_as_the_contract_says(shop: CallApi):
    answer = shop("POST", PATH, SELL)

    assert answer.status == 200
    assert answer.json == {"message": "Sold 1 × spade for 40 money.", "money_gained": 40, "items_sold": 1}


def test_a_purchase_answers_as_the_contract_says(shop: CallApi, environment: Connection):
    with transaction(environment) as tx:
        unlock(tx, "item_spade")
    shop("POST", PATH, SELL | {"quantity": 5})

    answer = shop("POST", "/api/v1/economy/buy", SELL | {"quantity": 3})

    assert answer.status == 200
    assert answer.json == {"message": "Bought 2 × spades for 200 money.", "items_bought": 2, "cost": 200}


@pytest.mark.parametrize("path", ["/api/v1/economy/sell", "/api/v1/user/item/sell", "/api/v1/economy/sell/"])
def test_aliases_and_trailing_slashes_are_the_same_door(shop: CallApi, path: str):
    assert shop("POST", path, SELL).status == 200


def test_prices_are_bare_arrays(shop: CallApi, environment: Connection):
    with transaction(environment) as tx:
        unlock(tx, "item_spade", "feature_weekly_discount")

    [sellable] = [item for item in shop("GET", "/api/v1/prices").json if item["internal_name"] == "item_spade"]
    [buyable] = [item for item in shop("GET", "/api/v1/prices/buy").json if item["internal_name"] == "item_spade"]

    assert (sellable["sell_price"], sellable["item_name"], sellable["public_name"]) == (
        40,
        "item_spade",
        "spade",
    )
    assert buyable["base_value"] == 100
    assert buyable["buy_price"] in (100, 75, 80, 70, 85)
    assert "sell_price" not in buyable


def test_locked_items_are_not_on_the_lists(shop: CallApi):
    assert "item_spade" not in {item["internal_name"] for item in shop("GET", "/api/v1/prices/buy").json}


def test_a_refusal_has_its_status_and_code(shop: CallApi, subtests: pytest.Subtests):
    for change, status, code in [
        ({"item_name": "no such thing"}, 400, "item_not_found"),
        ({"item_name": "stick"}, 400, "not_sellable"),
        ({"item_name": "tonic"}, 400, "not_in_inventory"),
        ({"platform_id": "nobody"}, 400, "user_not_found"),
        ({"platform": "icq"}, 400, "invalid_platform"),
        ({"quantity": 0}, 400, "validation"),
        ({"quantity": 10_001}, 400, "validation"),
        ({"quantity": "many"}, 400, "validation"),
        ({"quantity": 10**400}, 400, "validation"),
        ({"quantity": 1.5}, 400, "validation"),
        ({"quantity": None}, 400, "validation"),
        ({"item_name": ""}, 400, "validation"),
        ({"item_name": "x" * 101}, 400, "validation"),
        ({"item_name": "a\x00b"}, 400, "validation"),
        ({"username": "a\nb"}, 400, "validation"),
        ({"username": "\ud800"}, 400, "validation"),
        ({"username": ["alice"]}, 400, "validation"),
    ]:
        with subtests.test(change=change, status=status):
            answer = shop("POST", PATH, SELL | change)

            assert (answer.status, answer.json["code"]) == (status, code)
            assert answer.json["error"]
            assert ("fields" in answer.json) == (code in ("validation", "invalid_platform"))


def test_a_locked_feature_is_forbidden(environment: Connection, call: CallApi):
    with transaction(environment) as tx:
        make_player(tx, "alice", platform_id="1")

    answer = call("POST", PATH, SELL)

    assert (answer.status, answer.json["code"]) == (403, "feature_locked")


def test_what_is_not_json_is_called_so(shop: CallApi, subtests: pytest.Subtests):
    for body in ["{", "nonsense", '{"a": 1', "\x00", "\ud800", "[" * 100_000]:
        with subtests.test(body=body):
            answer = shop("POST", PATH, body)

            assert (answer.status, answer.json["code"]) == (400, "bad_json")


def test_json_that_is_no_request_names_what_is_missing(shop: CallApi, subtests: pytest.Subtests):
    for body in ["[]", '"text"', "1", "null", "NaN", "", "{}"]:
        with subtests.test(body=body):
            answer = shop("POST", PATH, body)

            assert (answer.status, answer.json["code"]) == (400, "validation")
            assert answer.json["fields"]


def test_a_field_error_names_the_callers_field(shop: CallApi):
    answer = shop("POST", PATH, ALICE | {"item_name": "spade"})

    assert answer.json["fields"] == {"quantity": "is required"}


def test_numbers_for_ids_and_unknown_fields_are_understood(shop: CallApi):
    assert shop("POST", PATH, SELL | {"platform": "TWITCH", "platform_id": 1, "extra": {}}).status == 200


def test_json_is_json_whatever_the_content_type_says(shop: CallApi):
    assert shop("POST", PATH, SELL, headers={"Content-Type": "text/plain"}).status == 200
    assert shop("POST", PATH, SELL, headers={"Content-Type": "application/x-www-form-urlencoded"}).status == 200


def test_a_strange_host_header_has_no_effect(shop: CallApi):
    assert shop("POST", PATH, SELL, headers={"Host": "localhost:not-a-port"}).status == 200


def test_a_body_over_one_mebibyte_is_too_large(shop: CallApi):
    answer = shop("POST", PATH, json.dumps(SELL | {"padding": "x" * 2**20}))

    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


def test_unknown_paths_and_methods(shop: CallApi):
    assert (shop("GET", "/api/v1/economy/nope").status, shop("GET", "/api/v1/economy/nope").json["code"]) == (
        404,
        "not_found",
    )
    assert (shop("GET", PATH).status, shop("GET", PATH).json["code"]) == (405, "method_not_allowed")


def test_head_is_get_without_the_body(shop: CallApi):
    answer = shop("HEAD", "/api/v1/prices")

    assert (answer.status, answer.text) == (200, "")


def test_every_answer_carries_the_security_headers_and_a_request_id(shop: CallApi):
    for answer in (shop("POST", PATH, SELL), shop("POST", PATH, {}), shop("GET", "/api/v1/economy/nope")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["X-XSS-Protection"] == "1; mode=block"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert len(answer.headers["X-Request-ID"]) == 36


@pytest.mark.parametrize("role", ["viewer", None])
def test_no_cache_keeps_an_answer_to_a_key_or_its_refusal(shop: CallApi, role: str | None):
    for path in ("/api/v1/prices", "/api/v1/info", "/api/v1/prices/nothing"):
        assert shop("GET", path, role=role).headers["cache-control"] == "no-store"


def test_a_request_id_is_echoed_and_nonsense_is_replaced(shop: CallApi):
    assert shop("GET", "/api/v1/prices", headers={"x-request-id": "abc-123"}).headers["X-Request-ID"] == "abc-123"
    assert shop("GET", "/api/v1/prices", headers={"X-Request-ID": "a b\n"}).headers["X-Request-ID"] != "a b\n"


def test_a_request_without_an_id_has_the_one_that_the_gateway_gave_it(shop: CallApi):
    event = proxy_event("GET", "/api/v1/prices")
    event["requestContext"]["requestId"] = "the gateway's"

    answer = functions.community.economy.app.handler(event, None)

    assert answer["headers"]["X-Request-ID"] == "the gateway's"


def test_without_an_authorizers_word_nothing_opens(shop: CallApi):
    answer = shop("POST", PATH, SELL, role=None)

    assert (answer.status, answer.json["code"]) == (401, "unauthorized")


def test_viewers_look_and_do_not_touch(shop: CallApi):
    assert shop("GET", "/api/v1/prices", role="viewer").status == 200
    assert (
        shop("POST", PATH, SELL, role="viewer").status,
        shop("POST", PATH, SELL, role="viewer").json["code"],
    ) == (
        403,
        "forbidden",
    )


def test_bots_play_and_do_not_administer(shop: CallApi):
    assert shop("POST", PATH, SELL, role="bot").status == 200
    assert shop("GET", "/api/v1/admin/cache/stats", role="bot").status == 403
    assert shop("POST", "/api/v1/progression/admin/unlock-all", {}, role="bot").status == 403


def test_a_retry_gets_the_first_answer_and_sells_nothing(shop: CallApi, environment: Connection):
    first = shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    again = shop("POST", PATH, json.dumps(SELL, sort_keys=True, indent=2), headers={"idempotency-key": "k1"})

    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers["idempotency-replayed"] == "true"
    assert spades(environment) == 9
    with transaction(environment) as tx:
        assert len(announced(tx, "item.sold")) == 1


@pytest.mark.parametrize("alias", ["/api/v1/user/item/sell", "/api/v1/user/item/sell/", PATH + "/"])
def test_a_key_counts_under_every_alias_of_the_path(shop: CallApi, environment: Connection, alias: str):
    first = shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    again = shop("POST", alias, SELL, headers={"Idempotency-Key": "k1"})
    third = shop("POST", alias, SELL, headers={"Idempotency-Key": "k2"})
    fourth = shop("POST", PATH, SELL, headers={"Idempotency-Key": "k2"})

    assert (again.status, again.text, fourth.text) == (first.status, first.text, third.text)
    assert spades(environment) == 8


@pytest.mark.parametrize("path", [PATH, "/api/v1/user/item/sell"])
def test_a_key_for_another_request_is_refused(shop: CallApi, environment: Connection, path: str):
    shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    other = shop("POST", path, SELL | {"quantity": 5}, headers={"Idempotency-Key": "k1"})
    impossible = shop("POST", path, SELL | {"item_name": "unicorn"}, headers={"Idempotency-Key": "k1"})
    searched = shop("POST", PATH, SELL, query={"again": "yes"}, headers={"Idempotency-Key": "k1"})

    for refused in (other, impossible, searched):
        assert (refused.status, refused.json["code"]) == (409, "idempotency_mismatch")
        assert "Use a new key for each request" in refused.json["error"]
    assert spades(environment) == 9
    assert shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"}).headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("path", [PATH, "/api/v1/user/item/sell"])
def test_an_answer_from_before_hashes_is_replayed(shop: CallApi, environment: Connection, path: str):
    shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    environment.execute("UPDATE idempotency_keys SET path = %s, request_hash = NULL", (path,))

    assert shop("POST", path, SELL, headers={"Idempotency-Key": "k1"}).headers["idempotency-replayed"] == "true"
    assert spades(environment) == 9


def test_a_path_parameter_belongs_to_the_request(shop: CallApi):
    engagement = "/api/v1/progression/engagement/"
    body = {"platform": "twitch", "metric_type": "message"}

    first = shop("POST", engagement + "alice", body, headers={"Idempotency-Key": "k1"})
    other = shop("POST", engagement + "bob", body, headers={"Idempotency-Key": "k1"})

    assert (first.status, other.status, other.json["code"]) == (200, 409, "idempotency_mismatch")


def test_the_limit_of_a_body_counts_bytes(shop: CallApi):
    body = json.dumps(SELL | {"note": "€" * 400_000}, ensure_ascii=False)

    answer = shop("POST", PATH, body)

    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


def test_a_key_has_at_most_200_characters(shop: CallApi, environment: Connection):
    """Shortened, it could be the name of another request."""
    answer = shop("POST", PATH, SELL, headers={"Idempotency-Key": "k" * 201})

    assert (answer.status, answer.json["code"]) == (400, "validation")
    assert answer.json["fields"].keys() == {"Idempotency-Key"}
    assert shop("POST", PATH, SELL, headers={"Idempotency-Key": "k" * 200}).status == 200
    with transaction(environment) as tx:
        assert len(announced(tx, "item.sold")) == 1


def test_keys_are_told_apart_by_caller_and_use_case(shop: CallApi, environment: Connection):
    shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    shop("POST", "/api/v1/user/item/remove", SELL, headers={"Idempotency-Key": "k1"})
    other = proxy_event("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    other["requestContext"]["authorizer"]["principalId"] = "another bot"
    functions.community.economy.app.handler(other, None)

    assert spades(environment) == 7


def test_a_refusal_is_not_remembered(shop: CallApi, environment: Connection):
    refused = shop("POST", PATH, SELL | {"item_name": "tonic"}, headers={"Idempotency-Key": "k1"})
    with transaction(environment) as tx:
        make_player(tx, "alice", platform_id="1", items={"tonic_small": 1})

    assert refused.status == 400
    assert shop("POST", PATH, SELL | {"item_name": "tonic"}, headers={"Idempotency-Key": "k1"}).status == 200


def test_an_answer_is_forgotten_after_a_day(shop: CallApi, environment: Connection):
    shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"})
    environment.execute("UPDATE idempotency_keys SET created_at = created_at - interval '24 hours'")

    assert shop("POST", PATH, SELL, headers={"Idempotency-Key": "k1"}).status == 200
    assert spades(environment) == 8


def test_a_dead_connection_is_replaced_without_the_caller_noticing(
    shop: CallApi, environment: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))
    with closing(connect(database_url)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (environment.info.backend_pid,))

        assert shop("POST", PATH, SELL).status == 200

        database.connection().close()
        assert spades(other) == 9


def test_a_database_that_is_away_is_unavailable_and_no_bug(
    environment: Connection, call: CallApi, monkeypatch: pytest.MonkeyPatch
):
    environment.close()
    away = {"database_url": "host=127.0.0.1 port=1", "database_patience_seconds": 0}
    monkeypatch.setattr(database, "settings", replace(database.settings, **away))

    answer = call("POST", PATH, SELL)

    assert (answer.status, answer.json["code"]) == (503, "unavailable")


def test_a_caller_for_whom_no_connection_was_free_is_told_when_to_come_again(
    call: CallApi, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: Any, **__: Any) -> Connection:
        raise NoFreeConnection

    monkeypatch.setattr(database, "connection", refuse)

    answer = call("POST", PATH, SELL)

    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert answer.json["error"] == "Too many players at once. Try again in a second."
    assert answer.headers["retry-after"] == "1"


def test_a_bug_is_logged_once_and_answered_blandly(shop: CallApi, caplog: pytest.LogCaptureFixture):
    @functions.community.economy.app.app.get("/api/v1/economy/broken")
    async def broken() -> None:
        raise RuntimeError("the secret is 42")

    try:
        answer = shop("GET", "/api/v1/economy/broken")
    finally:
        functions.community.economy.app.app.router.routes.pop()

    assert (answer.status, answer.json) == (
        500,
        {"error": "Something went wrong on our side. It has been noted.", "code": "internal"},
    )
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == ["unexpected error"]


def test_a_request_is_logged_in_one_line_without_its_secrets(shop: CallApi, caplog: pytest.LogCaptureFixture):
    shop("POST", PATH, SELL, headers={"X-API-Key": "secret-key", "X-Request-ID": "r1"})

    [record] = [record for record in caplog.records if record.getMessage() == "request"]
    assert (record.request_id, record.method, record.route, record.status, record.key_name) == (  # pyright: ignore[reportAttributeAccessIssue]
        "r1",
        "POST",
        PATH,
        200,
        "test",
    )
    assert UUID(record.user_id)  # pyright: ignore[reportAttributeAccessIssue]
    assert "secret-key" not in str(record.__dict__)


@pytest.fixture
def _two_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = ("https://a.example", "http://localhost:5173")
    monkeypatch.setattr(doors.app, "settings", replace(doors.app.settings, cors_origins=origins))


@pytest.mark.usefixtures("_two_origins")
def test_every_origin_that_was_named_may_call_with_all_methods(shop: CallApi):
    for origin in ("https://a.example", "http://localhost:5173"):
        headers = shop("OPTIONS", PATH, headers={"Origin": origin}, role=None).headers
        assert headers["Access-Control-Allow-Origin"] == origin
        assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(headers["Access-Control-Allow-Methods"].split(", "))
        assert {"Authorization", "If-None-Match", "Idempotency-Key", "X-API-Key"} <= set(
            headers["Access-Control-Allow-Headers"].split(", ")
        )
        assert headers["Access-Control-Max-Age"] == "300"
        assert shop("GET", "/api/v1/prices", headers={"Origin": origin}).headers["vary"] == "Origin"


@pytest.mark.usefixtures("_two_origins")
@pytest.mark.parametrize("origin", [None, "https://b.example", "null", "*", "https://a.example.evil"])
def test_no_other_origin_may(shop: CallApi, origin: str | None):
    headers = shop("GET", "/api/v1/prices", headers={"Origin": origin} if origin else {}).headers

    assert not [name for name in headers if name.startswith("Access-Control")]
    assert headers["vary"] == "Origin"  # a cache must not give this answer to one that may


def test_without_a_list_no_origin_may(shop: CallApi):
    headers = shop("GET", "/api/v1/prices", headers={"Origin": "https://a.example"}).headers

    assert not [name for name in headers if name.startswith("Access-Control")]


def test_a_body_that_came_encoded_is_read_as_it_was_sent(environment: Connection, shop: CallApi):
    event = proxy_event("POST", PATH, {**SELL, "item_name": "lootböx"})
    encoded = event | {"body": b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}

    plain, decoded = (handler_of(PATH)(each, None) for each in (event, encoded))

    assert (decoded["statusCode"], decoded["body"]) == (plain["statusCode"], plain["body"])
    assert handler_of(PATH)(encoded | {"body": "!"}, None)["statusCode"] == 400
    big = encoded | {"body": b64encode(b" " * (1024 * 1024 + 1)).decode()}
    assert handler_of(PATH)(big, None)["statusCode"] == 413


def test_requests_are_counted_in_the_database_with_a_transaction_that_runs_anyway(
    shop: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    monkeypatch.setattr(metrics._environment, "sums", {})
    for _ in range(3):
        shop("POST", PATH, SELL)

    row = environment.execute("SELECT count, seconds > 0 AS timed, buckets FROM request_counters").fetchone()
    assert row is not None
    assert (row["count"], row["timed"], sum(row["buckets"]), len(row["buckets"])) == (2, True, 2, 13)


@contextmanager
def route(endpoint: Callable[..., Awaitable[None]] | Callable[[], None]) -> Iterator[str]:
    """Add a route to a group; yields its path."""
    app = functions.community.economy.app.app
    app.get("/api/v1/economy/waiting")(endpoint)
    try:
        yield "/api/v1/economy/waiting"
    finally:
        app.router.routes.pop()


async def awaits_what_is_not_ready() -> None:
    await asyncio.sleep(0)


async def awaits_a_loop() -> None:
    await asyncio.sleep(0.001)


async def awaits_with_a_call(call: Call) -> None:
    await asyncio.sleep(0)


async def insists() -> None:
    for _ in range(2):
        with suppress(WouldBlock):
            await asyncio.sleep(0)


async def insists_with_a_call(call: Call) -> None:
    await insists()


def needs_a_thread() -> None:
    pass


@pytest.mark.parametrize("endpoint", [awaits_what_is_not_ready, awaits_a_loop, awaits_with_a_call, needs_a_thread])
def test_a_route_that_needs_an_event_loop_is_a_bug_that_names_itself(
    shop: CallApi, caplog: pytest.LogCaptureFixture, endpoint: Callable[[], Any]
):
    with route(endpoint) as path:
        answer = shop("GET", path)

    assert (answer.status, answer.json["code"]) == (500, "internal")
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info
    stack = "".join(traceback.format_exception(record.exc_info[1]))
    assert "event loop" in stack
    assert endpoint.__name__ in stack or endpoint is needs_a_thread


@pytest.mark.parametrize("endpoint", [insists, insists_with_a_call])
def test_a_route_that_goes_on_waiting_fails_the_invocation(shop: CallApi, endpoint: Callable[..., Awaitable[None]]):
    with route(endpoint) as path, pytest.raises(WouldBlock):
        shop("GET", path)


def test_the_next_request_is_served_after_one_that_waited(shop: CallApi):
    with route(awaits_what_is_not_ready) as path:
        shop("GET", path)

    assert shop("POST", PATH, SELL).status == 200


def test_routers_are_given_to_the_app_because_ours_would_ignore_what_an_include_adds():
    router = Router()

    @router.get("/api/v1/economy/something")
    async def something(call: Call) -> Response:
        return call.respond([])

    app = create_app("Something")
    app.include_router(router, dependencies=[Depends(something)])

    with pytest.raises(TypeError, match="create_app"):
        app.openapi()
