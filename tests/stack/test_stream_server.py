"""The stream's web server, called as the Lambda Web Adapter calls it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import uvicorn
from msgspec.structs import replace

import functions.shared.stream.hub
import functions.shared.stream.listening
from doors.answers import SECURITY_HEADERS
from functions.shared.stream.app import CONTEXT, PATH, app, hub_of, served
from kernel import connections as database
from kernel.database import Connection, reading, transaction
from kernel.events import service as events
from kernel.events.following import LogPosition, find_position, read_after
from kernel.keys import service as keys
from kernel.realtime.presence import count_listeners
from tests.stack.small_stack import PATIENCE, eventually
from tests.support.event_source import EventSource, Message, Parser, Refused

ROOT = Path(__file__).resolve().parents[2]
AS_CAPTURED = json.dumps(json.loads((ROOT / "events/stream.json").read_text())["requestContext"])


@dataclass
class Service:
    port: int
    conn: Connection

    def say(self, *payloads: Any, event_type: str = "said") -> None:
        with transaction(self.conn) as tx:
            for payload in payloads:
                events.broadcast(tx, event_type, payload)

    def source(
        self, query: str = "", *, role: str | None = "viewer", holder: str = "overlay", **headers: str
    ) -> EventSource:
        authorizer = {"role": role, "principalId": holder} if role else None
        context = {"identity": {"sourceIp": "203.0.113.7"}, "authorizer": authorizer}
        url = f"http://127.0.0.1:{self.port}/api/v1/events?{query}"
        return EventSource(url, {CONTEXT: json.dumps(context), **headers}, timeout=PATIENCE)

    def place(self, last_id: str) -> LogPosition:
        with reading(self.conn) as tx:
            place = find_position(tx, UUID(last_id))
        assert place is not None
        return place

    def logged(self) -> list[str]:
        """Ids of the whole log, in its order."""
        with reading(self.conn) as tx:
            return [str(frame.id) for frame in read_after(tx, LogPosition(0, 0), 10_000).frames]


@pytest.fixture
def service(conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))
    monkeypatch.setattr(functions.shared.stream.hub, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(functions.shared.stream.listening, "RETRY_SECONDS", 0.1)
    with serving() as port:
        yield Service(port, conn)


@contextmanager
def serving() -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(served, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    hub_of(app).end_soon()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def take(source: EventSource, count: int) -> list[Message]:
    messages = iter(source)
    try:
        return [next(messages) for _ in range(count)]
    finally:
        source.close()


def test_a_stream_begins_with_the_listeners_role_and_continues_with_events(service: Service):
    source = service.source("types=said,other")
    messages = iter(source)
    connected = next(messages)
    service.say(1, event_type="unwanted")
    service.say({"who": "Ünï"})
    said = next(messages)
    source.close()

    assert connected.type == connected.json["type"] == "connected"
    assert connected.json["payload"]["filters"] == ["said", "other"]
    assert UUID(connected.json["payload"]["client_id"]).version == 4
    assert connected.last_id == connected.json["id"]
    assert (said.type, said.json["payload"]) == ("said", {"who": "Ünï"})
    assert said.last_id == said.json["id"] == service.logged()[-1]
    assert abs(said.json["timestamp"] - time.time()) < 60


def test_a_stream_whose_key_is_revoked_ends_and_says_so(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(functions.shared.stream.hub, "KEYS_SECONDS", 0.0)
    with transaction(service.conn) as tx:
        for name in ("overlay", "bot"):
            keys.create(tx, name, "viewer")
    with closing(service.source(holder="bot")) as other, closing(service.source("types=said")) as refused:
        others, messages = iter(other), iter(refused)
        next(others)
        connected = next(messages)
        with transaction(service.conn) as tx:
            keys.revoke(tx, "overlay", "admin")

        farewell = next(messages)

        assert (farewell.type, farewell.last_id) == ("key_revoked", connected.last_id)
        assert farewell.json == {"error": "The key has been revoked. Connect with another one.", "code": "key_revoked"}
        assert next(messages).type == "connected"  # the stream has ended, and the client has come back
        service.say(1)
        assert next(others).json["payload"] == 1


def test_a_revoked_key_that_a_cache_lets_in_is_refused_at_once(service: Service):
    with transaction(service.conn) as tx:
        keys.create(tx, "overlay", "viewer")
        keys.revoke(tx, "overlay", "admin")
    with closing(service.source(holder="bot")) as other:  # for which the keys have been asked about
        next(iter(other))

        types = [message.type for message in take(service.source(), 4)]

    assert types == ["connected", "key_revoked"] * 2


def test_the_response_has_the_headers_of_a_stream_and_the_common_ones(service: Service):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    with closing(connection):
        context = AS_CAPTURED
        connection.request("GET", "/api/v1/events", headers={CONTEXT: context, "X-Request-ID": "mine"})
        response = connection.getresponse()
        first = response.read1()

    expected = SECURITY_HEADERS | {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-cache, no-store",
        "Connection": "keep-alive",
        "X-Accel-Buffering": "no",
        "X-Request-ID": "mine",
        "Access-Control-Allow-Origin": "*",
    }
    assert response.status == 200
    assert {name: response.headers[name] for name in expected} == expected
    id_line, event_line, data_line = first.decode().removesuffix("\n\n").split("\n")
    assert id_line.startswith("id: ")
    assert event_line == "event: connected"
    assert data_line.startswith('data: {"id":')


@pytest.mark.parametrize("role", [None, ""])
def test_a_listener_without_a_role_is_refused(service: Service, role: str | None):
    with pytest.raises(Refused, match="unauthorized") as refused:
        take(service.source(role=role), 1)

    assert refused.value.args[0] == 401


@pytest.mark.parametrize("where", ["header", "query"])
def test_a_listener_continues_right_after_its_last_id(service: Service, where: str):
    service.say(*range(5))
    last_id = service.logged()[1]
    source = service.source(f"last_event_id={last_id}") if where == "query" else service.source()
    if where == "header":
        source.last_id = last_id

    assert [message.json["payload"] for message in take(source, 4)[1:]] == [2, 3, 4]


@pytest.mark.parametrize(
    "last_id", ["nonsense", "c8d9b1ed-859f-4cdd-b566-532c222bd085", str(LogPosition(2**40, 0).as_id())]
)
def test_an_unknown_id_starts_with_the_next_event(service: Service, last_id: str):
    service.say(1)
    source = service.source()
    source.last_id = last_id
    messages = iter(source)
    next(messages)
    service.say(2)

    assert next(messages).json["payload"] == 2
    source.close()


def test_a_listener_can_continue_from_the_id_of_a_keepalive(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(functions.shared.stream.listening, "KEEPALIVE_SECONDS", 0.2)
    source = service.source("types=wanted")
    messages = iter(source)
    next(messages)
    service.say(1, event_type="unwanted")
    (unwanted,) = service.logged()
    keepalive = next(message for message in messages if service.place(message.last_id) >= service.place(unwanted))
    source.close()
    service.say(2, event_type="wanted")

    again = service.source()
    again.last_id = keepalive.last_id

    assert (keepalive.type, keepalive.json["payload"]) == ("keepalive", None)
    assert [message.json["payload"] for message in take(again, 2)[1:]] == [2]


def test_a_listener_further_behind_than_the_window_reads_the_log(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("functions.shared.stream.window.MAX_FRAMES", 4)
    service.say(*range(1300))
    listening = service.source()
    kept = iter(listening)
    next(kept)  # the window begins behind these
    late = service.source()
    late.last_id = service.logged()[0]
    messages = iter(late)
    got = [next(messages).json["payload"] for _ in range(600)]
    for number in range(1300, 1340):
        service.say(number)
    got += [next(messages).json["payload"] for _ in range(740)]
    late.close()
    listening.close()

    assert got[1:] == list(range(1, 1340))


def test_a_stream_ends_at_its_time_limit_after_a_whole_frame_and_nothing_is_missed(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        functions.shared.stream.listening,
        "settings",
        replace(functions.shared.stream.listening.settings, stream_seconds=1),
    )
    source = service.source()
    got: list[Message] = []

    def listen() -> None:
        got.extend(source)

    thread = threading.Thread(target=listen)
    thread.start()
    eventually(lambda: bool(got))
    for number in range(250):
        service.say(number)
        time.sleep(0.01)
    eventually(lambda: sum(message.type == "said" for message in got) >= 250)
    source.close()
    thread.join()

    assert source.connections >= 3
    assert [message.last_id for message in got if message.type == "said"] == service.logged()


def test_an_outage_of_the_database_loses_no_event(service: Service, database_url: str):
    source = service.source()
    messages = iter(source)
    next(messages)
    service.say(1)
    assert next(messages).json["payload"] == 1
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid NOT IN (pg_backend_pid(), %s)",
            (service.conn.info.backend_pid,),
        )
    service.say(2)

    assert next(messages).json["payload"] == 2
    assert source.connections == 1
    source.close()


def test_a_listener_that_does_not_read_does_not_delay_the_others(service: Service):
    text = "x" * 60_000
    slow = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    slow.request("GET", "/api/v1/events", headers={CONTEXT: AS_CAPTURED})
    answer = slow.getresponse()
    quick = service.source()
    messages = iter(quick)
    next(messages)
    for _ in range(20):
        service.say(*[text] * 10)
    got = [next(messages).last_id for _ in range(200)]
    quick.close()

    parser = Parser()
    behind = [message.last_id for message in parser.feed(answer.read1()) if message.type == "said"]
    while len(behind) < 200:
        behind += [message.last_id for message in parser.feed(answer.read1()) if message.type == "said"]
    slow.close()

    assert got == behind == service.logged()


def test_listeners_are_counted_while_they_are_connected(service: Service):
    def count() -> int:
        with reading(service.conn) as tx:
            return count_listeners(tx)

    sources = [service.source() for _ in range(3)]
    listening = [iter(source) for source in sources]
    assert [next(messages).type for messages in listening] == ["connected"] * 3
    assert count() == 3
    for source in sources:
        source.close()
    eventually(lambda: count() == 0)


def test_the_log_is_not_read_without_listeners(service: Service):
    take(service.source(), 1)
    eventually(lambda: hub_of(app).window is None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", PATH, 200), ("HEAD", PATH + "/", 200), ("POST", PATH, 405), ("DELETE", PATH + "/", 405)],
)
def test_requests_other_than_a_get_are_answered_at_once(service: Service, method: str, path: str, status: int):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    with closing(connection):
        connection.request(method, path, headers={CONTEXT: json.dumps({"authorizer": {"role": "viewer"}})})
        response = connection.getresponse()
        body = response.read()

    assert response.status == status
    assert status == 200 or json.loads(body)["code"] == "method_not_allowed"


def test_a_trailing_slash_makes_no_difference(service: Service):
    headers = {CONTEXT: json.dumps({"authorizer": {"role": "viewer"}})}
    source = EventSource(f"http://127.0.0.1:{service.port}{PATH}/", headers, timeout=PATIENCE)

    (hello,) = take(source, 1)

    assert hello.type == "connected"


def test_a_stream_opened_during_shutdown_ends_at_once(service: Service):
    """A standard EventSource listens no more after anything but 200."""
    hub_of(app).end_soon()
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/api/v1/events", headers={CONTEXT: AS_CAPTURED})
        response = connection.getresponse()

        assert response.status == 200
        assert [message.type for message in Parser().feed(response.read())] in ([], ["connected"])


def test_a_bug_is_answered_like_in_every_other_function(service: Service):
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/api/v1/events", headers={CONTEXT: "no JSON", "X-Request-ID": "mine"})
        response = connection.getresponse()
        body = json.loads(response.read())

    assert (response.status, body["code"]) == (500, "internal")
    expected = SECURITY_HEADERS | {"X-Request-ID": "mine", "Access-Control-Allow-Origin": "*"}
    assert {name: response.headers[name] for name in expected} == expected


def test_other_addresses_are_not_found(service: Service):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    with closing(connection):
        connection.request("GET", "/api/v1/nothing")
        response = connection.getresponse()
        body = json.loads(response.read())

    assert (response.status, body["code"]) == (404, "not_found")
    assert {name: response.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_adapters_script_starts_it_and_it_ends_cleanly_on_a_signal(conn: Connection, database_url: str):
    port = free_port()
    process = subprocess.Popen(
        [ROOT / "functions/shared/stream/run.sh"],
        env=os.environ
        | {
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "LAMBDA_TASK_ROOT": str(ROOT),
            "PYTHONPATH": os.pathsep.join(str(ROOT / "layers" / layer) for layer in ("foundation", "community")),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
    )
    try:
        eventually(lambda: is_ready(port))
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/api/v1/events", headers={CONTEXT: AS_CAPTURED})
            response = connection.getresponse()
            assert [message.type for message in Parser().feed(response.read1())] == ["connected"]
            process.send_signal(signal.SIGTERM)
            assert response.read() == b""  # the answer is complete; otherwise this raises
        assert process.wait(PATIENCE) == -signal.SIGTERM
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    with closing(connection), suppress(OSError):
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    return False
