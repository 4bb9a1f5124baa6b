"""The local stack streams as API Gateway and the Lambda Web Adapter do together."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.stack import server, streams
from local.stack.stack import Stack
from tests.stack.small_stack import HEAD, PATIENCE, eventually, running

TEMPLATE = (
    HEAD
    + """
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: test
      DefinitionBody:
        paths:
          /events/{kind}:
            x-amazon-apigateway-any-method:
              x-amazon-apigateway-integration:
                uri: !Sub "arn:path/functions/${Stream.Arn}/response-streaming-invocations"
                responseTransferMode: STREAM
      Auth:
        DefaultAuthorizer: Always
        Authorizers:
          Always: {FunctionArn: !GetAtt Authorizer.Arn, FunctionPayloadType: REQUEST, Identity: {ReauthorizeEvery: 0}}
  Stream:
    Type: AWS::Serverless::Function
    Properties:
      Handler: stream/run.sh
      ReservedConcurrentExecutions: 1
      Environment: {Variables: {AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap, WEB_APP: "MODULE:app"}}
  Authorizer: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.authorize}}
"""
)

CROWD = 20
"""listeners"""

_authorized: list[str] = []
_lifespan: list[str] = []
_ended: list[str] = []
_stuck_bytes = 0
_heard = 0
_together = 0


def authorize(event: dict[str, Any], _context: Any) -> Any:
    _authorized.append(event["path"])
    if event["path"] == "/events/late":
        eventually(lambda: bool(_ended))
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    return {
        "principalId": "viewer",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"role": "viewer"},
    }


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            _lifespan.append(message["type"])
            scope["state"]["ready"] = True
            await send({"type": f"{message['type']}.complete"})
        return
    kind = scope["path"].rpartition("/")[2]
    if kind == "raises":
        raise RuntimeError("a bug")
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    try:
        await say(kind, scope, receive, send)
    finally:
        _ended.append(kind)
    await send({"type": "http.response.body", "body": b""})


async def say(kind: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
    global _stuck_bytes, _together

    async def speak(data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})

    match kind:
        case "echo":
            body = (await receive())["body"].decode()
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            query = scope["query_string"].decode()
            seen = {"method": scope["method"], "query": query, "headers": headers, "body": body, **scope["state"]}
            await speak(json.dumps(seen).encode())
        case "ticks":
            for tick in range(3):
                await speak(f"{tick}\n".encode())
                await asyncio.sleep(0.01)
        case "waits":
            for line in range(3):
                while _heard < line:
                    await asyncio.sleep(0.01)
                await speak(f"{line}\n".encode())
        case "together":
            _together += 1
            while _together < CROWD:
                await asyncio.sleep(0.01)
            await speak(b"all here\n")
        case "listens" | "late":
            await speak(b"hello\n")
            while (await receive())["type"] != "http.disconnect":
                pass
        case "deaf" | "sleeps":
            await speak(b"hello\n")
            await asyncio.sleep(60)
        case "floods":
            while True:
                await speak(b"x" * 10_000)
                _stuck_bytes += 10_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("streams"), TEMPLATE, authorize=authorize, app=app) as started:
        yield started


@contextmanager
def listen(stack: Stack, kind: str, body: str | None = None) -> Iterator[http.client.HTTPResponse]:
    address = urlsplit(stack.url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)) as connection:
        connection.request("POST" if body else "GET", f"/events/{kind}?types=a,b&x=%C3%A4", body, {"X-Two": "two"})
        with connection.getresponse() as response:
            yield response


def test_the_application_gets_the_request_and_both_contexts(stack: Stack):
    begun = time.time()
    with listen(stack, "echo", "said") as response:
        seen = json.loads(response.read())
        over = time.time()
        request_id = response.headers["x-amzn-requestid"]

    assert (seen["method"], seen["query"], seen["body"]) == ("POST", "types=a,b&x=%C3%A4", "said")
    assert (seen["headers"]["x-two"], seen["headers"]["x-forwarded-for"]) == ("two", "127.0.0.1")
    assert seen["ready"] is True
    context = json.loads(seen["headers"]["x-amzn-request-context"])
    assert (context["requestId"], context["authorizer"]["role"]) == (request_id, "viewer")
    assert context["resourcePath"] == "/events/{kind}"
    invocation = json.loads(seen["headers"]["x-amzn-lambda-context"])
    assert begun - 0.001 <= invocation["deadline"] / 1000 - 30 <= over
    assert invocation["request_id"] == request_id
    assert invocation["env_config"]["function_name"] == "Stream"


def test_each_part_of_a_stream_arrives_as_soon_as_it_is_sent(stack: Stack):
    """The application says no more before the listener has heard the last line."""
    global _heard
    _heard = 0
    with listen(stack, "waits") as response:
        for line in range(3):
            assert response.readline() == b"%d\n" % line
            _heard += 1
        assert response.read() == b""

    assert response.headers["content-type"] == "text/event-stream"


def test_a_stream_is_cut_off_when_its_function_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "GRACE_SECONDS", 0.1)
    template = TEMPLATE.replace("      Reserved", "      Timeout: 1\n      Reserved")
    with running(tmp_path, template, authorize=authorize, app=app) as stack:
        begun = time.monotonic()
        with listen(stack, "deaf") as response:
            assert response.read() == b"hello\n"

        assert 0.99 < time.monotonic() - begun < PATIENCE


def test_an_application_is_told_of_a_disconnect_or_else_stopped(stack: Stack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "GRACE_SECONDS", 0.1)
    _ended.clear()
    for kind in ("listens", "sleeps"):
        with listen(stack, kind) as response:
            assert response.readline() == b"hello\n"

    eventually(lambda: {"listens", "sleeps"} <= set(_ended))


def test_an_application_that_fails_before_it_answers_is_a_502(stack: Stack):
    with listen(stack, "raises") as response:
        assert response.status == 502


def test_a_client_that_does_not_read_delays_its_own_stream_only(stack: Stack):
    address = urlsplit(stack.url)
    with socket.create_connection((address.hostname, address.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(b"GET /events/floods HTTP/1.1\r\nHost: x\r\n\r\n")
        stuck = -1
        while stuck != _stuck_bytes:  # while others are told something, it is told nothing more
            stuck = _stuck_bytes
            assert stuck < 20_000_000
            with listen(stack, "ticks") as response:
                assert response.read() == b"0\n1\n2\n"

        assert stuck > 0


def test_streams_do_not_count_towards_the_reserved_concurrency(stack: Stack):
    heard: list[bytes] = []

    def hear() -> None:
        with listen(stack, "together") as response:
            heard.append(response.read())

    threads = [threading.Thread(target=hear) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert heard == [b"all here\n"] * CROWD


def test_an_authorizer_without_identity_and_caching_is_asked_every_time(stack: Stack):
    before = len(_authorized)

    for _ in range(2):
        with listen(stack, "echo"):
            pass

    assert _authorized[before:] == ["/events/echo", "/events/echo"]


def test_a_stack_that_stops_ends_its_streams_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "GRACE_SECONDS", 2 * PATIENCE)
    monkeypatch.setattr(server, "GRACE_SECONDS", 2 * PATIENCE)
    _lifespan.clear()
    _ended.clear()
    template = TEMPLATE.replace("      Reserved", "      Timeout: 600\n      Reserved")
    with ExitStack() as open_streams:
        with running(tmp_path, template, authorize=authorize, app=app) as stack:
            response = open_streams.enter_context(listen(stack, "listens"))
            assert response.readline() == b"hello\n"
            assert _lifespan == ["lifespan.startup"]
            begun = time.monotonic()

        assert time.monotonic() - begun < PATIENCE  # the stop did not wait for it
        assert response.read() == b""
    assert _ended == ["listens"]
    assert _lifespan == ["lifespan.startup", "lifespan.shutdown"]


def test_a_stopping_stack_completes_its_open_requests_and_accepts_no_new_ones(tmp_path: Path):
    """A standard EventSource gives up after any status but 200; without an answer, it tries again."""
    _ended.clear()
    _authorized.clear()
    answers: list[tuple[int, bytes]] = []

    def come() -> None:
        with listen(stack, "late") as response:
            answers.append((response.status, response.read()))

    late = threading.Thread(target=come)
    with ExitStack() as open_streams:
        with running(tmp_path, TEMPLATE, authorize=authorize, app=app) as stack:
            response = open_streams.enter_context(listen(stack, "listens"))
            assert response.readline() == b"hello\n"
            late.start()
            eventually(lambda: "/events/late" in _authorized)
        late.join(PATIENCE)
        with pytest.raises(OSError), listen(stack, "listens"):  # noqa: PT011
            pass

    assert answers == [(200, b"hello\n")]
