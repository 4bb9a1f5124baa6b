"""The local stack's WebSocket APIs behave as API Gateway's do."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from local.stack import server, sockets, template
from local.stack.stack import Stack
from tests.stack.small_stack import HEAD, PATIENCE, eventually, running

TEMPLATE = (
    HEAD
    + """
  Realtime:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: test
      RouteSelectionExpression: $request.body.action
      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Authorizer.Arn}
      Routes:
        $connect: {FunctionArn: !GetAtt Sockets.Arn}
        $disconnect: {FunctionArn: !GetAtt Sockets.Arn}
        $default: {FunctionArn: !GetAtt Sockets.Arn}
        shout: {FunctionArn: !GetAtt Shout.Arn}
  Sockets:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.sockets
      Environment:
        Variables:
          AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: !Sub "https://${Realtime}.execute-api.${AWS::Region}.amazonaws.com/x"
  Shout: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.shout}}
  Authorizer: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.authorize}}
  Play:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: test
      RouteSelectionExpression: $request.body.type
      Routes:
        $connect: {FunctionArn: !GetAtt Answering.Arn}
        $disconnect: {FunctionArn: !GetAtt Answering.Arn}
        $default: {FunctionArn: !GetAtt Answering.Arn, RouteResponseSelectionExpression: $default}
        mute: {FunctionArn: !GetAtt Answering.Arn}
  PlayAnswers:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Play, RouteId: !Ref PlayDefaultRoute, RouteResponseKey: $default}
  Answering: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.answer}}
  Front:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        CacheBehaviors:
          - {TargetOriginId: Realtime, PathPattern: /realtime}
          - {TargetOriginId: Play, PathPattern: /play/ws}
"""
)

_events: list[dict[str, Any]] = []
_authorized: list[dict[str, Any]] = []


def handle_sockets(event: dict[str, Any], _context: Any) -> Any:
    _events.append(event)
    query = event.get("queryStringParameters") or {}
    if "refuse" in query:
        return {"statusCode": int(query["refuse"])}
    if "fail" in query or "fail" in event.get("body", ""):
        raise RuntimeError("a bug")
    return {"statusCode": 200}


def shout(event: dict[str, Any], _context: Any) -> None:
    _events.append(event)
    text = json.loads(event["body"])["text"].upper()
    management().post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=text.encode())


def answer(event: dict[str, Any], _context: Any) -> Any:
    _events.append(event)
    match event.get("body"):
        case None:
            return {
                "statusCode": 401 if "refuse" in (event.get("queryStringParameters") or {}) else 200,
                "body": "not sent",
            }
        case "nothing":
            return {"statusCode": 200}
        case "fail":
            raise RuntimeError("a bug")
        case "a book":
            return {"statusCode": 200, "body": "x" * (sockets.MAX_MESSAGE + 1)}
        case said:
            return {"statusCode": 200, "body": f"{said}!"}


def authorize(event: dict[str, Any], _context: Any) -> Any:
    _authorized.append(event)
    match (event.get("queryStringParameters") or {}).get("ticket"):
        case None:
            raise Exception("Unauthorized")
        case "broken":
            raise KeyError("a bug")
        case ticket:
            effect = "Deny" if ticket == "denied" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {
        "principalId": "viewer",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"role": "viewer", "level": 3},
    }


def management() -> Any:
    """The client that the product makes: no address, no keys, only the environment."""
    return boto3.Session().client("apigatewaymanagementapi")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    handlers = {"sockets": handle_sockets, "shout": shout, "authorize": authorize, "answer": answer}
    with running(tmp_path_factory.mktemp("sockets"), TEMPLATE, **handlers) as started:
        yield started


def opened(stack: Stack, query: str = "ticket=good", path: str = "/realtime", **more: Any) -> ClientConnection:
    return connect(f"{stack.socket_urls[path]}?{query}", proxy=None, **more)


def playing(stack: Stack, query: str = "") -> ClientConnection:
    """Open a connection of the API whose answers reach the client."""
    return opened(stack, query, "/play/ws")


def opening(connection: ClientConnection) -> dict[str, Any]:
    """The event with which this connection, the latest, was announced."""
    del connection
    return next(event for event in reversed(_events) if event["requestContext"]["eventType"] == "CONNECT")


def said() -> dict[str, Any]:
    """The last message that a function got, even if others ended meanwhile; {} if there was none."""
    return next((event for event in reversed(_events) if "body" in event), {})


def ended(connection: str) -> dict[str, Any]:
    """The event with which the end of this connection was announced; {} if it was not."""
    contexts = [event["requestContext"] for event in _events]
    ends = [each for each in contexts if (each["eventType"], each["connectionId"]) == ("DISCONNECT", connection)]
    return ends[0] if ends else {}


def connection_id(connection: ClientConnection) -> str:
    return opening(connection)["requestContext"]["connectionId"]


def test_a_connection_is_announced_as_api_gateway_does(stack: Stack):
    with opened(stack, "ticket=good&types=a&types=b", additional_headers={"X-Two": "two"}) as connection:
        event = opening(connection)

    assert event["queryStringParameters"] == {"ticket": "good", "types": "b"}
    assert event["multiValueQueryStringParameters"] == {"ticket": ["good"], "types": ["a", "b"]}
    assert event["headers"]["x-two"] == "two"
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["127.0.0.1"]
    context = event["requestContext"]
    assert (context["routeKey"], context["eventType"], context["stage"]) == ("$connect", "CONNECT", "test")
    assert (context["apiId"], context["identity"]["sourceIp"]) == ("Realtime", "127.0.0.1")
    assert context["domainName"] == urlsplit(stack.url).netloc
    assert abs(context["connectedAt"] / 1000 - time.time()) < 60
    assert (context["authorizer"]["role"], context["authorizer"]["level"]) == ("viewer", "3")
    assert len(context["connectionId"]) == 16
    assert context["connectionId"].endswith("=")


def test_the_authorizer_is_asked_every_time_about_the_connect_route(stack: Stack):
    before = len(_authorized)
    for _ in range(2):
        with opened(stack):
            pass

    asked = _authorized[before:]
    assert len(asked) == 2
    assert asked[0]["type"] == "REQUEST"
    assert asked[0]["methodArn"] == "arn:aws:execute-api:us-east-1:000000000000:Realtime/test/$connect"
    assert asked[0]["requestContext"]["eventType"] == "CONNECT"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 401),
        ("ticket=denied", 403),
        ("ticket=broken", 500),
        ("ticket=good&refuse=429", 429),
        ("ticket=good&fail=1", 502),
    ],
)
def test_the_function_can_refuse_a_handshake(stack: Stack, query: str, status: int):
    with pytest.raises(InvalidStatus) as refused, opened(stack, query):
        pytest.fail("it was accepted")

    assert refused.value.response.status_code == status


@pytest.mark.parametrize("path", ["", "/", "/test", "/realtime/more", "/api/v1/realtime", "/play"])
def test_no_other_path_is_open(stack: Stack, path: str):
    before = len(_authorized)

    address = f"{stack.url.replace('http', 'ws')}{path}?ticket=good"
    with pytest.raises(InvalidStatus) as refused, connect(address, proxy=None):
        pytest.fail("it was accepted")

    assert refused.value.response.status_code == 403
    assert len(_authorized) == before


def test_a_refused_handshake_logs_no_error(stack: Stack, caplog: pytest.LogCaptureFixture):
    with pytest.raises(InvalidStatus), opened(stack, "ticket=denied"):
        pytest.fail("it was accepted")
    with opened(stack) as connection:  # by now the other one is over
        connection.close()

    assert [record.getMessage() for record in caplog.records] == []


def test_a_message_goes_to_its_route_with_the_caller_and_without_the_query(stack: Stack):
    with opened(stack) as connection:
        connection.send('{"action": "subscribe", "types": []}')
        eventually(lambda: said().get("body") == '{"action": "subscribe", "types": []}')
        event = said()
        connection.send('{"action": "shout", "text": "hello"}')

        assert connection.recv(PATIENCE) == "HELLO"
        assert said()["requestContext"]["routeKey"] == "shout"

    assert (event["body"], event["isBase64Encoded"]) == ('{"action": "subscribe", "types": []}', False)
    assert event["requestContext"]["routeKey"] == "$default"
    assert event["requestContext"]["authorizer"]["role"] == "viewer"
    assert "messageId" in event["requestContext"]
    assert "headers" not in event
    assert "queryStringParameters" not in event


@pytest.mark.parametrize("text", ["no json", "[1]", '{"action": "$connect"}', '{"action": 7}', "7", "[" * 9000])
def test_a_message_without_a_route_goes_to_the_default_one(stack: Stack, text: str):
    with opened(stack) as connection:
        connection.send(text)
        eventually(lambda: said().get("body") == text)

    routes = {event["requestContext"]["routeKey"] for event in _events if event.get("body") == text}
    assert routes == {"$default"}


def test_a_failing_function_is_reported_to_the_client_and_the_connection_stays_open(stack: Stack):
    with opened(stack) as connection:
        connection.send("fail")
        told = json.loads(connection.recv(PATIENCE))
        connection.send('{"action": "shout", "text": "still here"}')

        assert told["message"] == "Internal server error"
        assert told["connectionId"] == connection_id(connection)
        assert connection.recv(PATIENCE) == "STILL HERE"


def test_the_end_of_a_connection_is_announced(stack: Stack):
    with opened(stack) as connection:
        wanted = connection_id(connection)
        connection.close(1000, "enough")

    eventually(lambda: ended(wanted))
    context = ended(wanted)
    assert context["routeKey"] == "$disconnect"
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1000, "enough")
    assert context["authorizer"]["role"] == "viewer"


def test_a_function_posts_to_inspects_and_closes_a_connection(stack: Stack):
    client = management()
    with opened(stack) as connection:
        wanted = connection_id(connection)
        client.post_to_connection(ConnectionId=wanted, Data="Grüße\n\n".encode())
        seen = client.get_connection(ConnectionId=wanted)
        client.delete_connection(ConnectionId=wanted)

        assert connection.recv(PATIENCE) == "Grüße\n\n"
        assert seen["Identity"]["SourceIp"] == "127.0.0.1"
        assert seen["ConnectedAt"] <= seen["LastActiveAt"]
        with pytest.raises(ConnectionClosed):
            connection.recv(PATIENCE)
        with pytest.raises(client.exceptions.GoneException):
            client.post_to_connection(ConnectionId=wanted, Data=b"late")


def test_an_unknown_connection_is_gone(stack: Stack):
    client = management()

    for call in (client.get_connection, client.delete_connection):
        with pytest.raises(client.exceptions.GoneException):
            call(ConnectionId="L0SM9cOFvHcCIhw=")


def test_messages_over_the_limit_are_refused_in_both_directions(stack: Stack):
    client = management()
    with opened(stack, max_size=None) as connection:
        wanted = connection_id(connection)
        client.post_to_connection(ConnectionId=wanted, Data=b"x" * sockets.MAX_MESSAGE)
        assert len(connection.recv(PATIENCE)) == sockets.MAX_MESSAGE

        with pytest.raises(client.exceptions.PayloadTooLargeException):
            client.post_to_connection(ConnectionId=wanted, Data=b"x" * (sockets.MAX_MESSAGE + 1))
        connection.send("x" * sockets.MAX_FRAME)
        connection.send(["x" * sockets.MAX_FRAME] * 4)
        eventually(lambda: len(said()["body"]) == sockets.MAX_MESSAGE)
        connection.send("x" * (sockets.MAX_FRAME + 1))
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(PATIENCE)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_each_api_has_its_path_its_routes_and_its_function(stack: Stack):
    with opened(stack) as listener, playing(stack) as player:
        player.send('{"type": "shout", "text": "not a route of this one"}')
        assert player.recv(PATIENCE) == '{"type": "shout", "text": "not a route of this one"}!'
        context = said()["requestContext"]
        assert (context["apiId"], context["routeKey"]) == ("Play", "$default")
        assert "authorizer" not in context
        listener.send('{"action": "shout", "text": "hello"}')

        assert listener.recv(PATIENCE) == "HELLO"
        assert said()["requestContext"]["apiId"] == "Realtime"


def test_without_an_authorizer_the_function_itself_refuses_a_handshake(stack: Stack):
    with pytest.raises(InvalidStatus) as refused, playing(stack, "refuse=1"):
        pytest.fail("it was accepted")

    assert refused.value.response.status_code == 401


def test_only_a_route_with_a_route_response_sends_what_its_function_answers(stack: Stack):
    with playing(stack) as player:
        player.send('{"type": "mute"}')
        player.send("nothing")
        player.send("one")
        player.send("two")

        assert [player.recv(PATIENCE) for _ in range(2)] == ["one!", "two!"]


def test_a_function_that_fails_in_place_of_an_answer_is_reported(stack: Stack):
    with playing(stack) as player:
        player.send("fail")

        assert json.loads(player.recv(PATIENCE))["message"] == "Internal server error"


def test_an_answer_that_no_message_holds_is_reported_and_the_connection_stays(stack: Stack):
    with playing(stack) as player:
        player.send("a book")
        player.send("one")

        assert json.loads(player.recv(PATIENCE))["message"] == "Internal server error"
        assert player.recv(PATIENCE) == "one!"


def test_connections_of_every_api_are_found_by_their_ids(stack: Stack):
    client = management()
    with playing(stack) as player:
        wanted = connection_id(player)
        client.post_to_connection(ConnectionId=wanted, Data=b"a post")
        assert player.recv(PATIENCE) == "a post"
        assert client.get_connection(ConnectionId=wanted)["Identity"]["SourceIp"] == "127.0.0.1"
        client.delete_connection(ConnectionId=wanted)

        with pytest.raises(ConnectionClosed):
            player.recv(PATIENCE)
    eventually(lambda: ended(wanted))


@pytest.mark.parametrize("half", [", RouteResponseSelectionExpression: $default", "RouteId: !Ref PlayDefaultRoute"])
def test_an_answer_needs_the_response_and_the_routes_word_for_it(tmp_path: Path, half: str):
    assert half in TEMPLATE
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE.replace(half, "" if half.startswith(",") else "RouteId: !Ref PlayConnectRoute"))

    with pytest.raises(template.TemplateError, match="needs both"):
        template.load(path)


def test_a_ping_is_answered(stack: Stack):
    with opened(stack) as connection:
        assert connection.ping().wait(PATIENCE)


@dataclass
class Clock:
    """A clock that stands still until it is advanced.

    Attributes:
        looks: how often the stack has asked what time it is since the clock was set.
    """

    seconds: float
    looks: int = 0

    def now(self) -> float:
        self.looks += 1
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Advance the clock; returns when the stack has read it."""
        self.seconds, self.looks = self.seconds + seconds, 0
        eventually(lambda: self.looks > 5)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands still until it is set."""
    made = Clock(time.time())
    monkeypatch.setattr(sockets, "now", made.now)
    monkeypatch.setattr(sockets.clock, "STEP_SECONDS", 0.005)
    return made


def say(connection: ClientConnection, text: str) -> None:
    connection.send(text)
    eventually(lambda: said().get("body") == text)


def test_an_idle_connection_is_closed_and_client_messages_postpone_that(stack: Stack, clock: Clock):
    with opened(stack) as connection:
        clock.advance(sockets.IDLE_SECONDS - 1)
        say(connection, "awake")
        clock.advance(sockets.IDLE_SECONDS - 1)
        say(connection, "still awake")
        clock.seconds += sockets.IDLE_SECONDS
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(PATIENCE)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


def test_a_connection_is_closed_at_its_maximum_age_even_while_in_use(
    stack: Stack, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sockets, "LONGEST_SECONDS", sockets.IDLE_SECONDS * 1.5)
    with opened(stack) as connection:
        clock.advance(sockets.IDLE_SECONDS - 1)
        say(connection, "not idle")
        clock.seconds += sockets.IDLE_SECONDS - 1
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(PATIENCE)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


def test_a_client_that_does_not_read_is_disconnected_and_delays_no_other(stack: Stack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sockets, "PATIENCE_SECONDS", 0.3)
    client = management()
    address = urlsplit(stack.url)
    with socket.create_connection((address.hostname, address.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
        deaf.sendall(
            b"GET /realtime?ticket=good HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert deaf.recv(4096).startswith(b"HTTP/1.1 101 ")
        wanted = next(event for event in reversed(_events) if event["requestContext"]["eventType"] == "CONNECT")
        with pytest.raises(client.exceptions.GoneException):
            for _ in range(100):
                client.post_to_connection(
                    ConnectionId=wanted["requestContext"]["connectionId"], Data=b"x" * sockets.MAX_MESSAGE
                )
        deaf.settimeout(PATIENCE)
        while deaf.recv(1 << 20):  # once it listens again, it learns that it is not told any more
            pass


def test_a_stack_that_stops_closes_its_connections_and_announces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server, "GRACE_SECONDS", 2 * PATIENCE)
    handlers = {"sockets": handle_sockets, "shout": shout, "authorize": authorize, "answer": answer}
    with ExitStack() as connections:
        with running(tmp_path, TEMPLATE, **handlers) as stopping:
            player = connections.enter_context(playing(stopping))
            connection = connections.enter_context(opened(stopping))
            wanted = connection_id(connection)
            begun = time.monotonic()

        assert time.monotonic() - begun < PATIENCE  # the stop did not wait for it
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(PATIENCE)
        with pytest.raises(ConnectionClosed):
            player.recv(PATIENCE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    kinds = [e["requestContext"]["eventType"] for e in _events if e["requestContext"]["connectionId"] == wanted]
    assert kinds == ["CONNECT"]


def test_a_template_without_a_websocket_api_refuses(tmp_path: Path):
    with running(tmp_path, "Resources: {}") as bare:
        assert bare.socket_urls == {}
        with pytest.raises(InvalidStatus), connect(bare.url.replace("http", "ws"), proxy=None):
            pytest.fail("it was accepted")
        with pytest.raises(Exception, match="no WebSocket API"):
            management().get_connection(ConnectionId="x")
