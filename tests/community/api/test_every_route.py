"""What holds for every route alike: who may take it, and that a request with a key acts once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from psycopg.sql import SQL, Identifier, Literal

from kernel.database import Connection, transaction
from local.bench import trips
from local.tools.openapi import OF_PEOPLE, PAGES, groups
from tests.support.api import ROOT, CallApi
from tests.support.factories import hold_target, make_player

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())
ADMINISTRATION = ("/api/v1/admin/", "/api/v1/progression/admin/", "/api/admin/")


def routes(router: Any) -> Iterator[tuple[str, str]]:
    """Method and path of everything below, other names for it included."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            path = "/".join("x" if part.startswith("{") else part for part in route.path.split("/"))
            yield from ((method, path) for method in route.methods or ())
        elif included := getattr(route, "original_router", None):
            yield from routes(included)


KEYLESS = {"System", "Stream"} | PAGES
ROUTES = sorted(
    {
        (method, path)
        for name, _, app in groups()
        if name not in KEYLESS
        for method, path in routes(app)
        if path.startswith("/api/") and not OF_PEOPLE.match(path)
    }
)


def test_without_a_key_every_route_is_closed(call: CallApi):
    answers = {route: call(*route, role=None) for route in ROUTES}

    assert len(ROUTES) > 90
    assert {route for route, answer in answers.items() if answer.status != 401} == set()
    assert {answer.json["code"] for (method, _), answer in answers.items() if method != "HEAD"} == {"unauthorized"}


@pytest.mark.parametrize("role", ["viewer", "bot", "admin"])
def test_viewers_look_bots_play_and_administrators_do_as_they_like(call: CallApi, role: str):
    forbidden = {
        (method, path)
        for method, path in ROUTES
        if (role == "viewer" and method not in ("GET", "HEAD")) or (role != "admin" and path.startswith(ADMINISTRATION))
    }

    assert {route for route in ROUTES if '"forbidden"' in call(*route, role=role).text} == forbidden


TICKET = ("POST", "/api/v1/realtime/ticket")
"""The only action of a group that has public routes, too."""
BOOKKEEPING = {"request_counters", "business_counters", "relay_lease"}
"""What any request may write: that there was one, what it took, and whether the relay sleeps."""


def test_viewers_write_nothing_and_no_one_does_by_looking(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        hold_target(tx)
        make_player(tx, "alice", platform_id="1001", money=5)
    before = rows_by_table(environment)
    seen: set[str] = set()

    for method, path, options in documented_requests():
        for role in ("viewer", "bot", "admin") if method in ("GET", "HEAD") else ("viewer",):
            if call(method, path, role=role, **options).status == 200:
                seen.add(path)

    assert rows_by_table(environment) == before
    assert len(seen) > 40, seen  # or they were refused before they could have written anything


def documented_requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every path of the OpenAPI document with every method and its examples, about a player and about a stranger.

    The stream is not among them: a server of its own answers it.
    """
    for path, operations in DOCUMENT["paths"].items():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
            operation = operations.get(method.lower()) or next(iter(operations.values()))
            for person in ({}, {"platform_id": "no-one", "username": "no one"}):
                if path != "/api/v1/events" and not OF_PEOPLE.match(path):
                    yield documented_request(method, path, operation, person)


def documented_request(
    method: str, path: str, operation: dict[str, Any], person: dict[str, str]
) -> tuple[str, str, dict[str, Any]]:
    sent: dict[str, dict[str, str]] = {"query": {}, "path": {}, "header": {"Idempotency-Key": f"{method} {path}"}}
    for each in operation.get("parameters", ()):
        # Neither a filter, which is locked, nor an id that no player has.
        if "example" in each and each["name"] not in ("filter", "user_id"):
            sent[each["in"]][each["name"]] = str(person.get(each["name"], each["example"]))
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("example", {}) | person
    path = path.format_map({name: quote(value) for name, value in sent["path"].items()})
    return method, path, {"query": sent["query"], "body": body, "headers": sent["header"]}


def rows_by_table(conn: Connection) -> dict[str, str]:
    """A hash of all rows of each table."""
    tables = conn.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    names = {row["table_name"] for row in tables.fetchall()} - BOOKKEEPING
    hashes = SQL(" UNION ALL ").join(
        SQL("SELECT {} AS name, md5(string_agg(t::text, ',' ORDER BY t::text)) AS rows FROM {} t").format(
            Literal(name), Identifier(name)
        )
        for name in names
    )
    return {row["name"]: row["rows"] for row in conn.execute(hashes).fetchall()}


def test_no_route_takes_an_idempotency_key_of_more_than_200_characters(call: CallApi):
    answers = [call(*route, headers={"Idempotency-Key": "k" * 201}) for route in (*ROUTES, TICKET)]

    assert {answer.status for answer in answers} == {400}
    assert {answer.json["error"] for answer in answers if answer.text} == {
        "An Idempotency-Key has at most 200 characters."
    }


def test_no_route_takes_another_method(call: CallApi):
    paths = {path for _, path in ROUTES}

    for method in ("DELETE", "PATCH"):
        answers = {path: call(method, path) for path in paths}
        assert {(answer.status, answer.json["code"]) for answer in answers.values()} == {(405, "method_not_allowed")}


def test_a_request_that_is_sent_twice_with_a_key_acts_once(environment: Connection):
    """Every request of the bench that acts, preparations included."""
    numbers = count()
    tried: set[tuple[str, str]] = set()
    with transaction(environment) as tx:
        hold_target(tx)

    def state() -> list[dict[str, Any]]:
        with transaction(environment) as tx:
            rows = tx.execute(
                """
                SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM users) AS users,
                    (SELECT md5(string_agg(inventory_data::text, ',' ORDER BY user_id)) FROM user_inventory) AS held
                """
            )
            return rows.fetchall()

    def call(handler: str, event: dict[str, Any]) -> dict[str, Any]:
        handle = import_module(handler.removesuffix(".handler")).handler
        alike = event["path"], re.sub(r"\d", "", event["body"] or "")  # the bench has several rounds
        if event["httpMethod"] == "GET" or alike in tried:
            return handle(event, None)
        tried.add(alike)
        key = {"Idempotency-Key": f"key-{next(numbers)}"}
        event |= {"headers": event["headers"] | key}
        event |= {"multiValueHeaders": {name: [value] for name, value in event["headers"].items()}}

        first = handle(event, None)
        before = state()
        again = handle(event, None)

        assert (again["statusCode"], again["body"]) == (first["statusCode"], first["body"]), event["path"]
        assert again["headers"]["idempotency-replayed"] == "true", event["path"]
        assert state() == before, event["path"]
        return first

    trips.count(call, lambda: trips.Cost(0, 0))
