"""What holds for every route alike: who may take it, and that a request with a key acts once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from typing import Any

import pytest
from fastapi.routing import APIRoute

from kernel.database import Connection, transaction
from local.bench import trips
from local.tools.openapi import groups
from tests.support.api import CallApi
from tests.support.factories import hold_target

ADMINISTRATION = ("/api/v1/admin/", "/api/v1/progression/admin/", "/api/admin/")


def routes(router: Any) -> Iterator[tuple[str, str]]:
    """Method and path of everything below, other names for it included."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            path = "/".join("x" if part.startswith("{") else part for part in route.path.split("/"))
            yield from ((method, path) for method in route.methods or ())
        elif included := getattr(route, "original_router", None):
            yield from routes(included)


KEYLESS = ("System", "Stream")
ROUTES = sorted({route for name, _, app in groups() if name not in KEYLESS for route in routes(app)})


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
