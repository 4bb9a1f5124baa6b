"""The local gateway treats requests as API Gateway's REST API does."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.stack.authorizer import allows
from local.stack.resources import Route
from local.stack.routes import Routes
from local.stack.stack import Stack
from tests.stack.small_stack import HEAD, PATIENCE, eventually, running

TEMPLATE = (
    HEAD
    + """
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: test
      ApiKeySourceType: AUTHORIZER
      BinaryMediaTypes: [image~1png, application~1octet-stream]
      MinimumCompressionSize: 1000
      Variables: {flavour: mild}
      DefinitionBody:
        paths:
          /open: &open
            x-amazon-apigateway-any-method:
              security: [{NONE: []}]
              x-amazon-apigateway-integration: &echo
                uri: !Sub [&lambda "arn:path/functions/${Arn}/invocations", {Arn: !GetAtt Echo.Arn}]
          /open/{proxy+}: *open
          /keyed/{proxy+}: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: *echo}}
          /metered:
            x-amazon-apigateway-any-method: {security: [{api_key: []}], x-amazon-apigateway-integration: *echo}
          /post:
            post: {security: [{NONE: []}], x-amazon-apigateway-integration: *echo}
          /answer/{kind}:
            x-amazon-apigateway-any-method:
              security: [{NONE: []}]
              x-amazon-apigateway-integration: {uri: !Sub [*lambda, {Arn: !GetAtt Answer.Arn}]}
          /answer/late:
            x-amazon-apigateway-any-method:
              security: [{NONE: []}]
              x-amazon-apigateway-integration: {uri: !Sub [*lambda, {Arn: !GetAtt Late.Arn}]}
          /single:
            x-amazon-apigateway-any-method:
              security: [{NONE: []}]
              x-amazon-apigateway-integration: {uri: !Sub [*lambda, {Arn: !GetAtt Single.Arn}]}
      Auth:
        DefaultAuthorizer: Key
        Authorizers:
          Key:
            FunctionArn: !GetAtt Authorizer.Arn
            FunctionPayloadType: REQUEST
            Identity: {Headers: [X-API-Key], ReauthorizeEvery: 300}
      GatewayResponses:
        MISSING_AUTHENTICATION_TOKEN:
          StatusCode: 404
          ResponseParameters: {Headers: {X-Frame-Options: "'SAMEORIGIN'", X-Request-ID: context.requestId}}
          ResponseTemplates:
            application/json: '{"error": "nothing here", "said": $context.error.messageString}'
        REQUEST_TOO_LARGE:
          ResponseTemplates: {application/json: '{"error": "too large", "code": "body_too_large"}'}
        DEFAULT_5XX:
          ResponseTemplates: {application/json: '{"error": "oops", "code": "$context.error.responseType"}'}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.echo
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.answer
  Late:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.wait
      Timeout: 1
  Single:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.wait
      ReservedConcurrentExecutions: 1
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: {Handler: MODULE.authorize}
  PlanKey:
    Type: AWS::ApiGateway::ApiKey
    Properties: {Value: plan-good}
"""
)

_authorized: list[str] = []
_threads: set[int] = set()
_go_on = threading.Event()


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    _threads.add(threading.get_ident())
    seen = {
        "function": context.function_name,
        "remaining": context.get_remaining_time_in_millis(),
        **event,
    }
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}


def answer(event: dict[str, Any], _context: Any) -> Any:
    match event["pathParameters"]["kind"]:
        case "raises":
            raise ValueError("a bug")
        case "malformed":
            return {"code": 200}
        case "not-json":
            return {"statusCode": 200, "body": b"bytes"}
        case "cookies":
            return {"statusCode": 201, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": "ok"}
        case "long":
            return {"statusCode": 200, "body": "x" * int((event["queryStringParameters"] or {})["bytes"])}
        case "png":
            return {
                "statusCode": 200,
                "headers": {"Content-Type": "image/png"},
                "body": base64.b64encode(b"\x89PNG\x00").decode(),
                "isBase64Encoded": True,
            }
        case _:
            return {"statusCode": 204}


def wait(_event: Any, _context: Any) -> dict[str, Any]:
    _go_on.wait(2 * PATIENCE)
    return {"statusCode": 200, "body": "done"}


def authorize(event: dict[str, Any], _context: Any) -> Any:
    key = event["headers"]["x-api-key"]
    _authorized.append(key)
    match key:
        case "good" | "unmetered":
            effect = "Allow"
        case "denied":
            effect = "Deny"
        case "broken":
            raise KeyError("a bug")
        case "nonsense":
            return {"principalId": "x"}
        case _:
            raise Exception("Unauthorized")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": event["methodArn"].split("/")[0] + "/*",
    }
    return {
        "principalId": key,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"role": "bot", "level": 3, "trusted": True},
        "usageIdentifierKey": f"plan-{key}",
    }


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    handlers = {"echo": echo, "answer": answer, "wait": wait, "authorize": authorize}
    with running(tmp_path_factory.mktemp("gateway"), TEMPLATE, **handlers) as started:
        yield started


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    stack: Stack,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    request = urllib.request.Request(stack.url + path, data=body, method=method, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return Reply(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.headers, error.read())


def raw(stack: Stack, request: bytes) -> tuple[int, bytes]:
    """Bytes as they are, which no HTTP library would send. The connection must be closed by the answer."""
    address = urlsplit(stack.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_the_event_has_the_shape_that_api_gateway_sends(stack: Stack):
    reply = call(
        stack,
        "/open/a%2Fb/c?x=1&x=2&y=%C3%A4",
        "POST",
        b'{"n": 1}',
        {"Content-Type": "application/json", "X-Two": "two", "X-Forwarded-For": "1.2.3.4"},
    )

    event = reply.json
    assert event["resource"] == "/open/{proxy+}"
    assert event["path"] == "/open/a%2Fb/c"
    assert event["pathParameters"] == {"proxy": "a/b/c"}
    assert event["httpMethod"] == "POST"
    assert event["queryStringParameters"] == {"x": "2", "y": "ä"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["ä"]}
    assert event["headers"]["x-two"] == "two"
    assert event["headers"]["X-Forwarded-For"] == "1.2.3.4, 127.0.0.1"
    assert event["multiValueHeaders"]["x-two"] == ["two"]
    assert event["stageVariables"] == {"flavour": "mild"}
    assert event["body"] == '{"n": 1}'
    assert event["isBase64Encoded"] is False
    context = event["requestContext"]
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["userAgent"].startswith("Python")
    assert (context["resourcePath"], context["httpMethod"]) == ("/open/{proxy+}", "POST")
    assert (context["stage"], context["protocol"]) == ("test", "HTTP/1.1")
    assert abs(context["requestTimeEpoch"] / 1000 - time.time()) < 60
    assert reply.headers["x-amzn-RequestId"] == context["requestId"]
    assert 0 < event["remaining"] <= 30_000


@pytest.mark.parametrize(
    ("size", "accepted", "encoding"),
    [
        (1000, "deflate, gzip;q=0.5", "gzip"),
        (1000, "*", "gzip"),
        (999, "gzip", None),
        (1000, "gzip; q=0, deflate", None),
        (1000, "identity", None),
    ],
)
def test_long_answers_are_compressed_for_clients_that_ask_for_it(
    stack: Stack, size: int, accepted: str, encoding: str | None
):
    reply = call(stack, f"/answer/long?bytes={size}", headers={"Accept-Encoding": accepted})

    assert reply.headers["content-encoding"] == encoding
    assert (gzip.decompress(reply.body) if encoding else reply.body) == b"x" * size
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_absent_values_are_null(stack: Stack):
    event = call(stack, "/open").json

    assert event["body"] is None
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("n=Jürgen ".strip().encode(), {"n": "Jürgen"}),
        ("n=日本".encode(), {"n": "日本"}),
        (b"n=\xff\xfe", {"n": "��"}),
        (b"n=%FF", {"n": "�"}),
        (b"n=100%&m=%zz", {"n": "100%", "m": "%zz"}),
        (b"n=a+b", {"n": "a b"}),
        (b"n=a%20b%2Bc", {"n": "a b+c"}),
        (b"n", {"n": ""}),
        (b"n=a=b?c", {"n": "a=b?c"}),
        (b'n=<"{}|\\^`[]>', {"n": '<"{}|\\^`[]>'}),
        (b"&&n=1&", {"n": "1"}),
        (b"%", {"%": ""}),
    ],
)
def test_a_query_without_percent_encoding_is_decoded_as_intended(stack: Stack, query: bytes, expected: dict[str, str]):
    status, body = raw(stack, b"GET /open?" + query + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert status == 200
    assert json.loads(body)["queryStringParameters"] == expected


def test_raw_bytes_in_the_path_arrive_encoded(stack: Stack):
    status, body = raw(stack, "GET /open/Jürgen HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert status == 200
    assert json.loads(body)["path"] == "/open/J%C3%BCrgen"
    assert json.loads(body)["pathParameters"] == {"proxy": "Jürgen"}


def test_raw_bytes_split_over_packets_and_a_second_request_on_the_connection(stack: Stack):
    address = urlsplit(stack.url)
    line = "GET /open?n=Jürgen HTTP/1.1\r\nHost: x\r\n".encode()
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for cut in (14, 15):  # the second time in the middle of the ü
            connection.sendall(line[:cut])
            time.sleep(0.05)
            connection.sendall(line[cut:] + b"\r\n")
            answer = b""
            while b'"isBase64Encoded": false}' not in answer:
                answer += connection.recv(65536)
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["queryStringParameters"] == {"n": "Jürgen"}


@pytest.mark.parametrize(
    "line", [b"GET /open?a b HTTP/1.1", b"GET /open?\x01 HTTP/1.1", b"nonsense", b"GET http:// HTTP/1.1"]
)
def test_malformed_http_is_a_client_error(stack: Stack, line: bytes):
    status, _ = raw(stack, line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert 400 <= status < 500


def test_a_binary_body_arrives_as_base64(stack: Stack):
    event = call(stack, "/open", "POST", b"\x00\xff", {"Content-Type": "image/png; x=y"}).json

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x00\xff"


def test_a_base64_answer_is_decoded_for_a_client_that_accepts_its_type(stack: Stack):
    assert call(stack, "/answer/png", headers={"Accept": "image/png,*/*"}).body == b"\x89PNG\x00"
    assert base64.b64decode(call(stack, "/answer/png", headers={"Accept": "text/html"}).body) == b"\x89PNG\x00"


def test_headers_of_one_name_stay_apart(stack: Stack):
    reply = call(stack, "/answer/cookies")

    assert reply.status == 201
    assert reply.headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_head_and_options_reach_a_function_that_takes_any_method(stack: Stack):
    assert call(stack, "/open", "OPTIONS").json["httpMethod"] == "OPTIONS"
    head = call(stack, "/open", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 0


def test_a_trailing_slash_does_not_change_the_route_but_stays_in_the_path(stack: Stack):
    event = call(stack, "/open/").json

    assert (event["resource"], event["path"]) == ("/open", "/open/")


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("GET", "/post"), ("GET", "/")])
def test_an_unknown_path_or_method_gets_the_templates_response(stack: Stack, method: str, path: str):
    reply = call(stack, path, method)

    assert reply.status == 404
    assert reply.json == {"error": "nothing here", "said": "Missing Authentication Token"}
    assert reply.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert reply.headers["X-Request-ID"] == reply.headers["x-amzn-RequestId"]
    assert reply.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("kind", ["raises", "malformed", "not-json", "late"])
def test_a_function_that_fails_is_a_502(stack: Stack, kind: str):
    _go_on.clear()

    reply = call(stack, f"/answer/{kind}")

    _go_on.set()
    assert reply.status == 502
    assert reply.json == {"error": "oops", "code": "INTEGRATION_FAILURE"}


def test_no_content_has_no_body(stack: Stack):
    reply = call(stack, "/answer/empty")

    assert (reply.status, reply.body, reply.headers["content-length"]) == (204, b"", None)


def test_a_body_over_ten_megabytes_is_refused(stack: Stack):
    status, body = raw(stack, b"POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 10485761\r\n\r\n")

    assert status == 413
    assert json.loads(body)["code"] == "body_too_large"


def test_a_body_over_ten_megabytes_is_refused_without_a_length_too(stack: Stack):
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    address = urlsplit(stack.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(b"POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(10):
            connection.sendall(chunk)
        connection.sendall(chunk[:100])
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_an_incomplete_request_reaches_no_function(stack: Stack):
    before = len(_threads)
    address = urlsplit(stack.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    time.sleep(0.1)

    assert call(stack, "/open").status == 200
    assert len(_threads) - before <= 1


def test_a_missing_key_is_refused_without_asking_the_authorizer(stack: Stack):
    before = len(_authorized)

    assert call(stack, "/keyed/x").status == 401
    assert call(stack, "/keyed/x", headers={"X-API-Key": ""}).status == 401
    assert len(_authorized) == before


@pytest.mark.parametrize(
    ("key", "status"), [("good", 200), ("wrong", 401), ("denied", 403), ("broken", 500), ("nonsense", 500)]
)
def test_the_authorizer_decides(stack: Stack, key: str, status: int):
    assert call(stack, "/keyed/x", headers={"X-API-Key": key}).status == status


def test_an_allowed_key_is_asked_about_once_and_its_context_is_passed_on_as_text(stack: Stack):
    first = call(stack, "/keyed/a", headers={"X-API-Key": "good"}).json
    before = _authorized.count("good")

    second = call(stack, "/keyed/b", headers={"X-API-Key": "good"}).json

    assert _authorized.count("good") == before == 1
    for event in (first, second):
        caller = event["requestContext"]["authorizer"]
        assert (caller["principalId"], caller["role"], caller["level"], caller["trusted"]) == (
            "good",
            "bot",
            "3",
            "true",
        )


def test_a_metered_route_requires_a_usage_key_of_the_template(stack: Stack):
    assert call(stack, "/metered", headers={"X-API-Key": "good"}).status == 200
    assert call(stack, "/metered", headers={"X-API-Key": "unmetered"}).status == 403


def test_a_function_at_its_reserved_concurrency_is_not_invoked(stack: Stack):
    _go_on.clear()
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(call(stack, "/single").status)) for _ in range(3)]
    for thread in threads:
        thread.start()
    eventually(lambda: statuses == [500, 500])
    _go_on.set()
    for thread in threads:
        thread.join()

    assert statuses == [500, 500, 200]
    assert call(stack, "/single").status == 200


def test_consecutive_requests_share_one_warm_environment(stack: Stack):
    call(stack, "/open")
    _threads.clear()

    for _ in range(20):
        call(stack, "/open")

    assert len(_threads) == 1


def test_literal_segments_take_precedence_over_parameters_and_those_over_the_rest():
    paths = ["/{proxy+}", "/user/{proxy+}", "/user/{id}", "/user/item/buy", "/user/{id}/items"]
    routes = Routes(Route("ANY", path, path, None) for path in paths)

    def chosen(path: str) -> str:
        match = routes.match("GET", path)
        return match.route.path if match else ""

    assert chosen("/user/item/buy") == "/user/item/buy"
    assert chosen("/user/7") == "/user/{id}"
    assert chosen("/user/7/items") == "/user/{id}/items"
    assert chosen("/user/item/sell") == "/user/{proxy+}"
    assert chosen("/user") == "/{proxy+}"
    assert chosen("/") == ""


def test_a_policy_is_evaluated_as_iam_does():
    arn = "arn:aws:execute-api:us-east-1:000000000000:Api/test/GET/a/b"

    def statement(effect: str, resource: str | list[str], action: str = "execute-api:Invoke") -> dict[str, Any]:
        return {"Effect": effect, "Action": action, "Resource": resource}

    assert allows((statement("Allow", "*"),), arn)
    assert allows((statement("Allow", ["nothing", "arn:aws:execute-api:*/test/GET/a/?"], "execute-api:*"),), arn)
    assert not allows((statement("Allow", "arn:aws:execute-api:*/test/POST/*"),), arn)
    assert not allows((statement("Allow", "*"), statement("Deny", "*/a/b")), arn)
    assert not allows((statement("Allow", "*", "s3:GetObject"),), arn)
    assert not allows((), arn)
