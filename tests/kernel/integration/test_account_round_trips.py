"""What accounts cost the database: an action two round trips, a look one, and a password is compared in between."""

from __future__ import annotations

from typing import Any

import pytest

from functions.community.linking import app as linking
from functions.shared.accounts import app as accounts
from kernel import connections
from tests.support.api import proxy_event
from tests.support.round_trips import counted

ANN = {"email": "ann@x.io", "password": "Passw0rdX"}
NEW = {"current_password": "Passw0rdX", "password": "another Passw0rdX"}

PROMISED = {
    # Twice two: before the password is hashed or compared, and after it.
    ("POST", "/api/personas/auth/signup"): 4,
    ("POST", "/api/personas/auth/login"): 4,
    ("PUT", "/api/auth/password"): 4,
    ("PUT", "/api/auth/me"): 2,
    ("DELETE", "/api/auth/sessions"): 2,
    ("GET", "/api/auth/me"): 1,
    ("GET", "/api/auth/sessions"): 1,
    ("GET", "/api/auth/export"): 1,
    ("GET", "/api/auth/player"): 1,
    ("POST", "/api/auth/password/forgot"): 2,
    ("POST", "/api/auth/logout"): 2,
}
BODIES: dict[str, Any] = {
    "/api/personas/auth/signup": ANN,
    "/api/personas/auth/login": ANN,
    "/api/auth/password": NEW,
    "/api/auth/me": {"username": "Ann"},
    "/api/auth/password/forgot": {"email": "ann@x.io"},
}


def test_every_request_takes_the_round_trips_it_promises(database_url: str, monkeypatch: pytest.MonkeyPatch):
    headers: dict[str, str] = {}
    taken: dict[tuple[str, str], int] = {}
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
        for method, path in PROMISED:
            handler = (linking if path.endswith("/player") else accounts).handler
            body = BODIES.get(path) if method != "GET" else None
            before = wire.round_trips()
            answer = handler(proxy_event(method, path, body, headers=headers, role=None), None)
            taken[method, path] = wire.round_trips() - before
            assert answer["statusCode"] < 300, answer["body"]
            if path.endswith("/signup"):
                token = answer["headers"]["set-cookie"].partition("=")[2].partition(";")[0]
                headers["Authorization"] = f"Bearer {token}"

    assert taken == PROMISED
