"""/api/v1/admin: the log, and what is sent through it. Source: wire 13 and 16."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from doors.discord.events import DiscordInteractionDeferred
from functions.shared.relay.app import publish_batch
from kernel.database import Connection, reading, transaction
from kernel.events import service as events
from kernel.events.following import LogPosition, read_after
from kernel.realtime import presence
from tests.support.api import CallApi
from tests.support.fakes import FakeEventBridge

EVENTS = "/api/v1/admin/events"
BROADCAST = "/api/v1/admin/sse/broadcast"
ANNOUNCE = "/api/v1/admin/announce"
REPLAY = "/api/v1/admin/events/replay"


def logged(conn: Connection) -> list[dict[str, Any]]:
    return conn.execute("SELECT event_id, event_type, payload FROM events ORDER BY position").fetchall()


@pytest.mark.parametrize("payload", [{"is_test": True}, None, 7, "Hü", [1, {"a": None}], "😀" * 16_000])
def test_a_broadcast_goes_the_way_of_every_event(
    call: CallApi, environment: Connection, event_bridge: FakeEventBridge, payload: Any
):
    answer = call("POST", BROADCAST, {"type": "test.said", "payload": payload})
    publish_batch()

    assert (answer.status, answer.json["type"], answer.json["client_count"]) == (200, "test.said", 0)
    with reading(environment) as tx:
        (frame,) = read_after(tx, LogPosition(0, 0)).frames
    assert (frame.type, frame.payload) == ("test.said", payload)
    (detail,) = event_bridge.details
    assert (detail["payload"], detail["metadata"]) == (payload, {"broadcast": True})
    assert len(event_bridge.entries[0]["Detail"]) < 256 * 1024
    (row,) = call("GET", EVENTS).json["events"]
    assert (row["event_type"], row.get("payload")) == ("test.said", payload)


def test_it_tells_how_many_listen_to_the_stream(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        presence.renew(tx, [uuid4(), uuid4()])
    with transaction(environment, now=datetime.now(UTC) - timedelta(seconds=91)) as tx:
        presence.renew(tx, [uuid4()])  # not heard of since

    assert call("POST", BROADCAST, {"event_type": "a", "payload": {}}).json["client_count"] == 2
    assert call("GET", "/api/v1/admin/metrics").json["sse"] == {"client_count": 2}
    with transaction(environment) as tx:
        presence.delete_silent(tx)
    assert environment.execute("SELECT count(*) AS n FROM stream_clients").fetchone() == {"n": 2}


def test_what_cannot_be_broadcast(call: CallApi, environment: Connection, subtests: pytest.Subtests):
    for body, field in [
        ({"payload": {}}, "type"),
        ({"type": "a"}, "payload"),
        ({"type": "", "payload": 1}, "type"),
        ({"type": "connected", "payload": 1}, "type"),
        ({"type": "keepalive", "payload": 1}, "type"),
        ({"type": "discord.followup_requested", "payload": 1}, "type"),
        ({"type": "events.replay_requested", "payload": 1}, "type"),
        ({"type": "a\nid: 1", "payload": 1}, "type"),
        ({"type": "a b", "payload": 1}, "type"),
        ({"type": "a" * 101, "payload": 1}, "type"),
        ({"type": "a", "payload": "x" * 65_536}, "payload"),
        ({"type": "a", "payload": "\x00"}, "payload"),
    ]:
        with subtests.test(body=body, field=field):
            answer = call("POST", BROADCAST, body)

            assert answer.status == 400, answer.text
            assert list(answer.json["fields"]) == [field]
            assert logged(environment) == []


@pytest.mark.parametrize(("path", "body"), [(BROADCAST, {}), (REPLAY, {}), (ANNOUNCE, {})])
def test_only_administrators_may(call: CallApi, path: str, body: Any):
    assert {role: call("POST", path, body, role=role).status for role in ("viewer", "bot", None)} == {
        "viewer": 403,
        "bot": 403,
        None: 401,
    }


def test_an_announcement_is_for_discord(call: CallApi, environment: Connection):
    answer = call("POST", ANNOUNCE, {"title": "Soon", "description": "Something new."})
    colored = call("POST", ANNOUNCE, {"title": "Red", "description": ".", "color": 0xFF0000})

    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert colored.status == 200
    green, red = logged(environment)
    assert green["event_type"] == "discord.announcement_requested"
    assert green["payload"] == {"title": "Soon", "description": "Something new.", "color": 0x2ECC71}
    assert red["payload"]["color"] == 0xFF0000


def test_an_announcement_that_discord_would_not_take(call: CallApi, subtests: pytest.Subtests):
    for body, field in [
        ({"description": "x"}, "title"),
        ({"title": "x"}, "description"),
        ({"title": " \n", "description": "x"}, "title"),
        ({"title": "x" * 257, "description": "x"}, "title"),
        ({"title": "x", "description": "x" * 4097}, "description"),
        ({"title": "x", "description": "x", "color": 1 << 24}, "color"),
    ]:
        with subtests.test(body=body, field=field):
            answer = call("POST", ANNOUNCE, body)

            assert (answer.status, list(answer.json["fields"])) == (400, [field])


def test_the_log_has_ids_and_hides_what_our_parts_ask_of_each_other(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        events.announce(tx, DiscordInteractionDeferred(application_id="1", token="secret", interaction={}))
        events.broadcast(tx, "said", 1)

    (row,) = call("GET", EVENTS).json["events"]

    assert call("GET", EVENTS, query={"event_type": "discord.interaction_deferred"}).json == {"events": []}
    assert UUID(row["event_id"]) == logged(environment)[1]["event_id"]
    assert row["metadata"] == {"broadcast": True}


def test_older_clients_ask_with_their_names_and_with_a_plus_that_means_one(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        events.broadcast(tx, "gamble.complete", None)

    (row,) = call("GET", EVENTS, query={"event_type": "gamble.completed", "since": "2020-01-01T00:00:00 00:00"}).json[
        "events"
    ]

    assert row["event_type"] == "gamble.complete"


def test_a_replay_is_asked_for_with_what_it_will_bring(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        for number in range(3):
            events.broadcast(tx, "said", number)
        events.broadcast(tx, "other", 1)
    now = datetime.now(UTC)

    answer = call(
        "POST",
        REPLAY,
        {
            "since": (now - timedelta(hours=1)).isoformat(),
            "until": (now + timedelta(hours=1)).isoformat(),
            "event_type": "said",
            "to": "streamerbot",
        },
    )

    assert answer.status == 202
    assert (answer.json["events"], answer.json["to"]) == (3, "streamerbot")
    asked = logged(environment)[-1]
    assert asked["event_type"] == "events.replay_requested"
    assert asked["payload"]["replay_id"] == answer.json["replay_id"]
    assert datetime.fromisoformat(asked["payload"]["until"]) <= datetime.now(UTC)
    assert answer.json["message"] == "3 events are on their way to streamerbot."


def test_a_single_event_is_no_crowd(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        events.broadcast(tx, "said", 1)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    answer = call("POST", REPLAY, {"since": since, "until": until, "to": "discord"})

    assert answer.json["message"] == "1 event is on its way to discord."


def test_a_replay_that_is_not_understood(call: CallApi, subtests: pytest.Subtests):
    for wrong in [
        {"to": "Everybody!"},
        {"to": None},
        {"since": None},
        {"until": "2026-01-01T00:00:00"},
        {"user_id": "alice"},
    ]:
        with subtests.test(wrong=wrong):
            body = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z", "to": "discord"}

            answer = call("POST", REPLAY, body | wrong)

            assert (answer.status, list(answer.json["fields"])) == (400, list(wrong))


def test_a_range_that_runs_backwards(call: CallApi):
    body = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z", "to": "discord"}

    assert call("POST", REPLAY, body).json["code"] == "validation"
