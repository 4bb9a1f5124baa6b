"""One request id links what a call has logged, what happened, and what others were told. Source: worlds 26."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from functions.worlds.play import app as play
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.logged_secrets import PASSWORD, SecretWatch
from tests.support.outside import run_due
from tests.support.people import Someone
from tests.support.worlds import come_to_lobby
from worlds.building.kinds import KINDS


def ids_in_log(caplog: pytest.LogCaptureFixture, message: str) -> list[Any]:
    return [record.__dict__.get("request_id") for record in caplog.records if record.message == message]


def happened(conn: Connection, kind: str) -> list[tuple[str, Any]]:
    rows = conn.execute(
        "SELECT event_type, metadata ->> 'request_id' AS id FROM worlds.events WHERE event_type = %s", (kind,)
    )
    return [(row["event_type"], row["id"]) for row in rows]


def told(conn: Connection, text: str) -> set[Any]:
    rows = conn.execute(
        "SELECT envelope ->> 'request_id' AS id FROM worlds.posts WHERE envelope -> 'data' ->> 'text' LIKE %s",
        (f"%{text}%",),
    )
    return {row["id"] for row in rows}


def test_26_3_one_request_id_links_log_event_and_post_of_a_command(
    environment: Connection, caplog: pytest.LogCaptureFixture
):
    """Worlds 26, acceptance 3, from a socket."""
    caplog.set_level("INFO", logger="brandish")
    with transaction(environment) as tx:
        ann, _ = come_to_lobby(tx), come_to_lobby(tx)
    lines = [{"type": "command", "data": {"text": text}} for text in ("say swordfish", "n")]

    play.handler(
        {
            "requestContext": {"connectionId": ann.connection_id, "eventType": "MESSAGE", "requestId": "abc"},
            "body": "\n".join(map(json.dumps, lines)),
        },
        None,
    )

    assert ids_in_log(caplog, "action") == ["abc", "abc"]
    assert happened(environment, "PlayerMoved") == [("PlayerMoved", "abc")]
    assert told(environment, "swordfish") == {"abc"}


def test_26_3_one_request_id_links_the_log_of_http_the_queue_events_and_posts(
    call: CallApi, environment: Connection, root: Someone, caplog: pytest.LogCaptureFixture
):
    """Worlds 26, acceptance 3: from HTTP, through the queue that makes worlds, to who waits in the lobby."""
    caplog.set_level("INFO", logger="brandish")
    headers = {**root.headers, "X-Request-ID": "from-a-client"}
    call("POST", "/api/session/lobby", {}, headers=root.headers)
    with transaction(environment) as tx:
        tx.execute("UPDATE worlds.characters SET is_present = true")  # as if she were connected

    made = call("POST", "/api/game/worlds", {"name": "Aether", "circumference": 10_000}, headers=headers)
    with transaction(environment) as tx:
        run_due(tx, KINDS)

    assert made.headers["X-Request-ID"] == "from-a-client"
    assert ids_in_log(caplog, "request")[-1] == "from-a-client"
    for kind in ("WorldCreated", "BuildingAdvanced", "WorldReady"):
        assert {each for _, each in happened(environment, kind)} - {None} == {"from-a-client"}, kind
    assert told(environment, "Aether is ready") == {"from-a-client"}


def test_26_4_no_log_holds_a_password_however_it_is_sent(call: CallApi, secret_watch: SecretWatch):
    """Worlds 26, acceptance 4; the whole run is watched by `no_password_in_any_log`."""
    known = {"email": "ann@example.org", "password": PASSWORD}
    assert call("POST", "/api/auth/register", {**known, "username": "Ann"}, role=None).status == 201
    token = call("POST", "/api/auth/login", known, role=None).json["token"]
    signed_in = {"Authorization": f"Bearer {token}"}

    for body in (known | {"email": PASSWORD}, {"password": PASSWORD}, f'{{"password": "{PASSWORD}"', [PASSWORD]):
        for path in ("/api/auth/register", "/api/auth/login"):
            assert call("POST", path, body, role=None).status in (400, 401)
    change = {"current_password": PASSWORD, "new_password": PASSWORD + "Y"}
    call("PUT", "/api/auth/password", change, headers=signed_in)
    call("POST", "/api/auth/delete", {"password": "wrong " + PASSWORD}, headers=signed_in)

    assert secret_watch.found == []


def test_a_log_that_holds_a_password_is_found(secret_watch: SecretWatch):
    log = logging.getLogger("brandish")
    log.warning("sent %s", PASSWORD)
    log.warning("refused", extra={"body": {"password": PASSWORD}})
    try:
        raise ValueError(PASSWORD)
    except ValueError:
        log.exception("failed")

    found = {each.partition("=")[0] for each in secret_watch.found}
    secret_watch.found.clear()
    assert {"brandish: sent Passw0rdX", "brandish: body"} <= found
    assert any("Traceback" in each or "ValueError" in each for each in found)
