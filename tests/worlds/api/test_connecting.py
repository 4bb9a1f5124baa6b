"""Who may connect, and for how long. Source: worlds 3 and 4."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from doors.people import COOKIE
from functions.worlds.play.app import handler
from kernel.accounts import tokens
from kernel.accounts.key_ring import ring
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.people import Someone
from worlds.entering import service as entering
from worlds.play import closing
from worlds.play import service as play

PASSWORD: Final = "Passw0rdX"


def connecting(ann: Someone, character_id: str, host: str, scheme: str, origin: str) -> dict[str, Any]:
    token = ann.headers["Authorization"].removeprefix("Bearer ")
    return {
        "requestContext": {
            "connectionId": f"{scheme}-{origin}",
            "eventType": "CONNECT",
            "requestId": "request",
            "domainName": host,
        },
        "headers": {"Cookie": f"{COOKIE}={token}", "Origin": origin, "X-Forwarded-Proto": scheme},
        "queryStringParameters": {"character_id": character_id},
    }


@pytest.mark.parametrize(
    ("host", "scheme", "origin", "status"),
    [
        ("127.0.0.1:8080", "http", "http://127.0.0.1:8080", 200),
        ("127.0.0.1:8080", "http", "http://127.0.0.1:9090", 403),
        ("front.example", "https", "https://front.example", 200),
        ("front.example", "https", "http://front.example", 403),
        ("front.example", "https", "https://other.example", 403),
        ("front.example", "https", "null", 403),
    ],
)
def test_a_cookie_counts_from_our_own_pages_as_browsers_send_it_wherever_they_are(
    environment: Connection, ann: Someone, host: str, scheme: str, origin: str, status: int
):
    with transaction(environment) as tx:
        ghost = entering.ghost(tx, ann.identity)

    event = connecting(ann, str(ghost.character.character_id), host, scheme, origin)

    assert handler(event, None)["statusCode"] == status


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/auth/logout", {}),
        ("DELETE", "/api/auth/sessions", None),
        ("DELETE", "/api/auth/sessions/{session}", None),
        ("PUT", "/api/auth/password", {"current_password": PASSWORD, "password": f"{PASSWORD}2"}),
    ],
)
def test_a_connection_ends_with_its_session_whichever_way_that_ends(
    call: CallApi, environment: Connection, method: str, path: str, body: dict[str, Any] | None
):
    who = {"email": "ann@example.org", "password": PASSWORD}
    call("POST", "/api/auth/register", {**who, "username": "Ann"}, role=None)
    playing, asking = (call("POST", "/api/auth/login", who, role=None).json["token"] for _ in range(2))
    me = tokens.read_access(ring(tokens.ACCESS), playing, datetime.now(UTC)).identity
    with transaction(environment) as tx:
        play.come(tx, "connection", me, entering.ghost(tx, me).character.character_id)

    by = playing if path.endswith("logout") else asking
    given = call(method, path.format(session=me.session_id), body, headers={"Authorization": f"Bearer {by}"}, role=None)

    assert given.status == 200, given.text
    with transaction(environment) as tx:
        assert [each.connection_id for each in closing.take(tx)] == ["connection"]
