"""/api/v1/admin/keys."""

from __future__ import annotations

import pytest

from kernel.database import Connection, transaction
from kernel.keys import service as keys
from kernel.keys.models import KeyHolder
from tests.support.api import CallApi

PATH = "/api/v1/admin/keys"


def holder(conn: Connection, key: str) -> KeyHolder | None:
    with transaction(conn) as tx:
        return keys.authenticate(tx, key, "203.0.113.7").holder


def test_a_new_key_is_shown_once_and_lets_its_holder_in(call: CallApi, conn: Connection):
    made = call("POST", PATH, {"name": "overlay", "role": "viewer"})

    assert (made.status, made.json["name"], made.json["role"]) == (201, "overlay", "viewer")
    assert len(made.json["api_key"]) >= 40
    assert holder(conn, made.json["api_key"]) == KeyHolder("overlay", "viewer")
    [listed] = call("GET", PATH).json
    assert listed.keys() == {"name", "role", "created_at"}
    assert conn.execute("SELECT count(*) AS n FROM idempotency_keys").fetchone() == {"n": 0}


def test_a_name_has_one_key_and_a_retry_makes_another(call: CallApi, conn: Connection):
    asked = {"name": "overlay", "role": "viewer"}
    first, second = [call("POST", PATH, asked, headers={"Idempotency-Key": "once"}).json["api_key"] for _ in range(2)]

    assert holder(conn, first) is None
    assert holder(conn, second) == KeyHolder("overlay", "viewer")
    assert conn.execute("SELECT count(*) AS n FROM idempotency_keys").fetchone() == {"n": 0}


def test_a_revoked_key_is_refused(call: CallApi, conn: Connection):
    key = call("POST", PATH, {"name": "overlay", "role": "viewer"}).json["api_key"]

    revoked = call("POST", f"{PATH}/revoke", {"name": "overlay"})

    assert (revoked.status, revoked.json["message"]) == (200, "The key overlay is revoked.")
    assert holder(conn, key) is None
    assert "revoked_at" in call("GET", PATH).json[0]
    again = call("POST", f"{PATH}/revoke", {"name": "overlay"})
    assert (again.status, again.json["code"]) == (404, "not_found")


def test_a_caller_cannot_revoke_its_own_key(call: CallApi):
    made = call("POST", PATH, {"name": "test", "role": "admin"})  # as this call's key is called
    assert made.status == 201

    answer = call("POST", f"{PATH}/revoke", {"name": "test"})

    assert (answer.status, answer.json["code"]) == (400, "validation")


@pytest.mark.parametrize("role", ["bot", "viewer"])
def test_keys_are_an_administrators_business(call: CallApi, role: str):
    assert call("GET", PATH, role=role).status == 403
    assert call("POST", PATH, {"name": "mine", "role": "admin"}, role=role).status == 403


@pytest.mark.parametrize("body", [{}, {"name": "a"}, {"name": "", "role": "bot"}, {"name": "a", "role": "god"}])
def test_a_key_needs_a_name_and_a_role(call: CallApi, body: dict[str, str]):
    assert call("POST", PATH, body).status == 400
