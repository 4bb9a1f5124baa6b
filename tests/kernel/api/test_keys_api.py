"""/api/v1/admin/keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from kernel.database import Connection, connect, transaction
from kernel.keys import service as keys
from kernel.keys.models import CallerRevoked, KeyHolder, LastAdministrator
from tests.support.api import CallApi

PATH = "/api/v1/admin/keys"


def holder(conn: Connection, key: str) -> KeyHolder | None:
    with transaction(conn) as tx:
        found = keys.read_all(tx).get(keys.digest(key))
    return found.holder if found and not found.is_revoked(tx.now) else None


def listed(call: CallApi) -> list[dict[str, Any]]:
    """The keys, without the one that `call` is made with."""
    return [key for key in call("GET", PATH).json if key["name"] != "test"]


def accept(conn: Connection, *names: str) -> None:
    """Accept administrators' keys, each called as its name, in place of that of `call`."""
    with transaction(conn) as tx:
        for name in names:
            keys.store(tx, keys.digest(name), name, "admin")
        keys.revoke(tx, "test", "")


def test_a_new_key_is_shown_once_and_lets_its_holder_in(call: CallApi, conn: Connection):
    made = call("POST", PATH, {"name": "overlay", "role": "viewer"})

    assert (made.status, made.json["name"], made.json["role"]) == (201, "overlay", "viewer")
    assert len(made.json["api_key"]) >= 40
    assert holder(conn, made.json["api_key"]) == KeyHolder("overlay", "viewer")
    [key] = listed(call)
    assert key.keys() == {"name", "role", "created_at"}
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
    assert "revoked_at" in listed(call)[0]
    again = call("POST", f"{PATH}/revoke", {"name": "overlay"})
    assert (again.status, again.json["code"]) == (404, "not_found")


def test_a_caller_cannot_revoke_its_own_key(call: CallApi):
    for name in ("test", " TEST "):
        answer = call("POST", f"{PATH}/revoke", {"name": name})

        assert (answer.status, answer.json["code"]) == (400, "validation")


def test_names_are_trimmed_and_compared_without_case(call: CallApi, conn: Connection):
    first = call("POST", PATH, {"name": "overlay", "role": "viewer"}).json["api_key"]

    second = call("POST", PATH, {"name": " OverLay ", "role": "viewer"}).json

    assert (second["name"], holder(conn, first)) == ("OverLay", None)
    assert call("POST", f"{PATH}/revoke", {"name": "OVERLAY "}).status == 200
    assert holder(conn, second["api_key"]) is None


def test_a_key_whose_name_once_was_let_through_with_a_blank_is_replaced_too(conn: Connection):
    with transaction(conn) as tx:
        keys.queries.insert_key(tx, keys.digest("old"), "Overlay ", "viewer")

    with transaction(conn) as tx:
        keys.create(tx, "overlay", "viewer")

    assert holder(conn, "old") is None


CHANGES = [
    (PATH, {"name": "mine", "role": "admin"}),
    (f"{PATH}/revoke", {"name": "owner"}),
    (f"{PATH}/rotate-tickets", {"leaked": True}),
]


@pytest.mark.parametrize(("path", "body"), CHANGES)
@pytest.mark.parametrize("how", ["revoked", "replaced", "no administrator's", "unknown"])
def test_a_key_that_only_caches_still_accept_changes_nothing(
    call: CallApi, conn: Connection, path: str, body: dict[str, Any], how: str
):
    accept(conn, "owner", "thief")
    with transaction(conn) as tx:
        match how:
            case "revoked":
                keys.revoke(tx, "thief", "owner")
            case "replaced":
                keys.create(tx, "thief", "admin")
            case "no administrator's":
                tx.execute("UPDATE api_keys SET role = 'bot' WHERE name = 'thief'")
            case _:
                tx.execute("DELETE FROM api_keys WHERE name = 'thief'")
    before = stored(conn)

    answer = call("POST", path, body, caller="thief")

    assert answer.status == 401
    assert answer.json == {"error": "The key has been revoked. Connect with another one.", "code": "key_revoked"}
    assert stored(conn) == before


def test_a_key_that_works_beside_its_replacement_still_administers(call: CallApi, conn: Connection):
    accept(conn, "owner")
    with transaction(conn) as tx:
        keys.create(tx, "owner", "admin", timedelta(hours=1))

    assert call("POST", PATH, {"name": "mine", "role": "admin"}, caller="owner").status == 201


def test_a_change_of_keys_that_waited_for_the_revocation_of_its_own_is_refused(conn: Connection, database_url: str):
    accept(conn, "owner", "thief")

    def steal() -> None:
        # It begins first, and so its time is before that of the revocation.
        with (
            closing(connect(database_url)) as own,
            transaction(own, now=datetime.now(UTC) - timedelta(seconds=1)) as tx,
            keys.changed_by(tx, keys.digest("thief")),
        ):
            keys.create(tx, "mine", "admin")

    with ThreadPoolExecutor(1) as other:
        with transaction(conn) as tx:
            keys.revoke(tx, "thief", "owner")
            stealing = other.submit(steal)
            waiting = "SELECT pg_sleep(0.005) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
            while not stealing.done() and tx.execute(waiting).fetchone() is None:
                pass
        assert isinstance(stealing.exception(), CallerRevoked)


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/api/v1/admin/export", {}),
        ("GET", "/api/v1/admin/players/export", {"platform": "twitch", "username": "alice"}),
        ("POST", "/api/v1/admin/players/forget", {"platform": "twitch", "username": "alice"}),
        ("POST", "/api/v1/admin/imports", {"platform": "twitch", "content": "alice,1", "dry_run": False}),
        ("POST", "/api/v1/progression/admin/unlock-all", {}),
        ("POST", "/api/v1/admin/reload-aliases", {}),
    ],
)
def test_what_only_administrators_may_do_is_refused_to_a_revoked_key(
    call: CallApi, conn: Connection, method: str, path: str, sent: dict[str, Any]
):
    accept(conn, "owner", "thief")
    with transaction(conn) as tx:
        keys.revoke(tx, "thief", "owner")
    asked = {"query": sent} if method == "GET" else {"body": sent}

    answer = call(method, path, **asked, caller="thief")

    assert (answer.status, answer.json["code"]) == (401, "key_revoked")


def test_a_revoked_key_gets_no_earlier_answer_to_an_administrator(call: CallApi, conn: Connection):
    accept(conn, "owner", "thief")
    ask = partial(call, "POST", "/api/v1/admin/reload-aliases", {}, headers={"Idempotency-Key": "once"}, caller="thief")
    assert [ask().status, ask().headers["idempotency-replayed"]] == [200, "true"]
    with transaction(conn) as tx:
        keys.revoke(tx, "thief", "owner")

    answer = ask()

    assert (answer.status, answer.json["code"]) == (401, "key_revoked")


def stored(conn: Connection) -> list[Any]:
    return [
        *conn.execute("SELECT * FROM api_keys ORDER BY key_hash").fetchall(),
        *conn.execute("SELECT key FROM signing_keys ORDER BY key").fetchall(),
    ]


def test_an_earlier_key_may_work_for_a_while_beside_its_replacement(call: CallApi, conn: Connection):
    old = call("POST", PATH, {"name": "bot", "role": "bot"}).json["api_key"]

    new = call("POST", PATH, {"name": "bot", "role": "bot", "old_key_hours": 24}).json["api_key"]

    def accepted(hours: float) -> list[bool]:
        with transaction(conn, now=datetime.now(UTC) + timedelta(hours=hours)) as tx:
            stored = keys.read_all(tx)
            return [not stored[keys.digest(key)].is_revoked(tx.now) for key in (new, old)]

    assert [accepted(0), accepted(23.9), accepted(24.1)] == [[True, True], [True, True], [True, False]]
    assert [key["name"] for key in listed(call)] == ["bot", "bot"]
    assert call("POST", f"{PATH}/revoke", {"name": "bot"}).status == 200
    assert accepted(0) == [False, False]


def administrators(call: CallApi, *names: str) -> list[str]:
    return [call("POST", PATH, {"name": name, "role": "admin"}).json["api_key"] for name in names]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (PATH, {"name": "streamer", "role": "bot"}),
        (PATH, {"name": "Streamer", "role": "viewer", "old_key_hours": 24}),
    ],
)
def test_the_last_administrators_key_stays(call: CallApi, conn: Connection, path: str, body: dict[str, Any]):
    accept(conn, "streamer")

    answer = call("POST", path, body, caller="streamer")

    assert (answer.status, answer.json["code"]) == (400, "validation")
    assert answer.json["error"] == f"{body['name']} is the last administrator's key. Create another one first."
    assert holder(conn, "streamer") == KeyHolder("streamer", "admin")
    assert call("POST", PATH, {"name": "streamer", "role": "admin"}, caller="streamer").status == 201


def test_two_administrators_who_revoke_each_other_at_once_leave_one(conn: Connection, database_url: str):
    accept(conn, "streamer", "friend")

    def revoke(name: str, caller: str) -> str:
        with closing(connect(database_url)) as own, transaction(own) as tx:
            keys.revoke(tx, name, caller)
        return name

    with ThreadPoolExecutor(2) as both:
        for _ in range(10):
            calls = [both.submit(revoke, "streamer", "friend"), both.submit(revoke, "friend", "streamer")]
            refusals = [error for each in calls if (error := each.exception())]
            assert [type(error) for error in refusals] == [LastAdministrator]
            with transaction(conn) as tx:
                [left] = [key.name for key in keys.list_all(tx) if key.revoked_at is None]
                [gone] = {"streamer", "friend"} - {left}
                keys.create(tx, gone, "admin")


@pytest.mark.parametrize("how", ["revoked", "replaced", "replaced with another role"])
def test_a_first_key_that_was_revoked_does_not_come_back(call: CallApi, conn: Connection, how: str):
    first = "the key of the deployment"
    start(conn, first)
    administrators(call, "streamer")
    if how == "revoked":
        call("POST", f"{PATH}/revoke", {"name": keys.FIRST_KEY})
    else:
        call("POST", PATH, {"name": keys.FIRST_KEY, "role": "bot" if "role" in how else "admin"})
    assert holder(conn, first) is None
    others = call("GET", PATH).json

    start(conn, first)

    assert holder(conn, first) is None
    assert call("GET", PATH).json == others


def test_a_new_first_key_is_accepted_beside_the_earlier_ones(call: CallApi, conn: Connection):
    for key in ("first", "second", "second", "third"):
        start(conn, key)

    assert [holder(conn, key) for key in ("first", "second", "third")] == [
        KeyHolder(name, "admin") for name in ("admin", "admin-2", "admin-3")
    ]
    call("POST", f"{PATH}/revoke", {"name": "admin-2"})
    start(conn, "fourth")
    assert holder(conn, "fourth") == KeyHolder("admin-2", "admin")


def start(conn: Connection, key: str) -> None:
    """What a start of the local stack and a deployment do."""
    with transaction(conn) as tx:
        keys.store_first(tx, keys.digest(key))


@pytest.mark.parametrize("role", ["bot", "viewer"])
def test_keys_are_an_administrators_business(call: CallApi, role: str):
    assert call("GET", PATH, role=role).status == 403
    assert call("POST", PATH, {"name": "mine", "role": "admin"}, role=role).status == 403


@pytest.mark.parametrize("body", [{}, {"name": "a"}, {"name": "", "role": "bot"}, {"name": "a", "role": "god"}])
def test_a_key_needs_a_name_and_a_role(call: CallApi, body: dict[str, str]):
    assert call("POST", PATH, body).status == 400
