"""A request as a REST API hands it to a function (proxy integration), and the function's answer as HTTP."""

from __future__ import annotations

import base64
import binascii
import gzip
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote
from uuid import uuid4

from local.stack.cloudformation import ACCOUNT
from local.stack.resources import Api
from local.stack.routes import Match

Headers = list[tuple[bytes, bytes]]

_FAST: Final = 1
"""The level of compression: no answer goes far from here."""
OWN_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
"""Names of this machine, on which the stack listens; the first is the one that it says it is reached under."""


class MalformedAnswer(Exception):
    """The function's answer is not what the proxy integration understands."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str  # as sent, bytes beyond ASCII as %XX
    query: tuple[tuple[str, str], ...]  # decoded
    headers: tuple[tuple[str, str], ...]  # names in lower case
    body: bytes
    source_ip: str
    port: int
    raw_query: bytes = b""
    scheme: str = "http"
    request_id: str = field(default_factory=lambda: str(uuid4()))
    epoch: float = field(default_factory=time.time)

    @property
    def decoded_path(self) -> str:
        return unquote(self.path)

    @property
    def domain_name(self) -> str:
        """The host and port under which the stack is reached: one of its own, even if the Host header names another."""
        own = [f"{name}:{self.port}" for name in OWN_NAMES]
        asked = (self.header("host") or "").lower()
        return asked if asked in own else own[0]

    def header(self, name: str) -> str | None:
        """The last value sent under this name, in any case."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.headers) if key == wanted), None)

    def parameter(self, name: str) -> str | None:
        return next((value for key, value in reversed(self.query) if key == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Headers
    body: bytes


def compressed(response: Response, accepted: str | None, least: int | None) -> Response:
    """Compress a body of enough bytes for a client that accepts gzip, and is not compressed yet.

    Args:
        accepted: the header Accept-Encoding.
    """
    names = {name for name, _ in response.headers}
    if least is None or len(response.body) < least or b"content-encoding" in names or not _accepts_gzip(accepted or ""):
        return response
    headers = [*response.headers, (b"content-encoding", b"gzip")]
    return Response(response.status, headers, gzip.compress(response.body, _FAST, mtime=0))


def _accepts_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def read_request(scope: Mapping[str, Any], body: bytes) -> Request:
    """An ASGI request as the gateway understands it."""
    client = scope.get("client") or ("127.0.0.1", 0)
    server = scope.get("server") or ("127.0.0.1", 80)
    return Request(
        method=scope["method"],
        path=quote(scope["raw_path"], safe="/%:@!$&'()*+,;=~-._|[]{}^\\\"<>`"),
        query=decode_query(scope["query_string"]),
        headers=tuple((name.decode("latin-1"), _text(value)) for name, value in scope["headers"]),
        body=body,
        source_ip=client[0],
        port=server[1] or 80,
        raw_query=scope["query_string"],
    )


def decode_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Every parameter. A `%` that encodes nothing stays, bytes that are not UTF-8 become U+FFFD."""
    if not raw:
        return ()
    text = raw.decode("utf-8", "replace")
    return tuple(parse_qsl(text, keep_blank_values=True, errors="replace"))


def proxy_event(request: Request, match: Match, api: Api, authorizer: Mapping[str, Any] | None) -> dict[str, Any]:
    headers, multi_headers = both(forwarded(request))
    query, multi_query = both(request.query)
    body, encoded = _event_body(request, api)
    return {
        "resource": match.route.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": multi_headers,
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": multi_query or None,
        "pathParameters": match.parameters or None,
        "stageVariables": dict(api.stage_variables) or None,
        "requestContext": request_context(request, match, api, authorizer),
        "body": body,
        "isBase64Encoded": encoded,
    }


def authorizer_event(request: Request, match: Match, api: Api) -> dict[str, Any]:
    event = proxy_event(request, match, api, None)
    del event["body"], event["isBase64Encoded"]
    return {"type": "REQUEST", "methodArn": method_arn(request, api), **event}


def method_arn(request: Request, api: Api) -> str:
    return f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.name}/{api.stage}/{request.method}{request.path}"


def request_context(request: Request, match: Match, api: Api, authorizer: Mapping[str, Any] | None) -> dict[str, Any]:
    moment = datetime.fromtimestamp(request.epoch, UTC)
    context: dict[str, Any] = {
        "accountId": ACCOUNT,
        "apiId": api.name,
        "domainName": request.domain_name,
        "domainPrefix": "localhost",
        "extendedRequestId": request.request_id,
        "httpMethod": request.method,
        "identity": {
            "accessKey": None,
            "accountId": None,
            "apiKey": None,
            "caller": None,
            "cognitoIdentityId": None,
            "sourceIp": request.source_ip,
            "user": None,
            "userAgent": request.header("user-agent"),
            "userArn": None,
        },
        "path": request.path,  # without the stage, as under a domain of one's own
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTime": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(request.epoch * 1000),
        "resourceId": match.route.path.strip("/").replace("/", "-") or "root",
        "resourcePath": match.route.path,
        "stage": api.stage,
    }
    if authorizer is not None:
        context["authorizer"] = dict(authorizer)
    return context


def read_answer(answer: Any, api: Api, accept: str | None) -> Response:
    """The function's answer as HTTP.

    Raises:
        MalformedAnswer: not an object, a field of another type, or a key that API Gateway does not know.
    """
    if not isinstance(answer, dict):
        raise MalformedAnswer("the answer is not an object")
    known = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
    if unknown := set(answer) - known:
        raise MalformedAnswer(f"unknown keys in the answer: {', '.join(sorted(unknown))}")
    try:
        status = int(answer.get("statusCode", 200))
        headers = _answer_headers(answer)
    except (TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(str(error)) from error
    body = answer.get("body")
    if body is not None and not isinstance(body, str):
        raise MalformedAnswer("body is not a string")
    return Response(status, headers, _answer_body(body or "", answer.get("isBase64Encoded"), api, accept))


def _answer_headers(answer: Mapping[str, Any]) -> Headers:
    many: dict[str, list[Any]] = {
        name: list(values) for name, values in (answer.get("multiValueHeaders") or {}).items()
    }
    named = {name.lower() for name in many}
    single = {name: [value] for name, value in (answer.get("headers") or {}).items() if name.lower() not in named}
    found = [
        (name.lower().encode("latin-1"), _header_text(value).encode("utf-8"))
        for name, values in {**single, **many}.items()
        for value in values
    ]
    if not any(name == b"content-type" for name, _ in found):
        found.append((b"content-type", b"application/json"))
    return [header for header in found if header[0] not in (b"content-length", b"transfer-encoding", b"connection")]


def _answer_body(body: str, encoded: Any, api: Api, accept: str | None) -> bytes:
    # Without BinaryMediaTypes API Gateway passes the base64 text on as it is.
    if not encoded or not any(_media_type_fits(kind, accept or "*/*") for kind in api.binary_types):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedAnswer(f"isBase64Encoded, but it is not: {error}") from error


def _event_body(request: Request, api: Api) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    content_type = (request.header("content-type") or "application/json").partition(";")[0].strip()
    if any(_media_type_fits(kind, content_type) for kind in api.binary_types):
        return base64.b64encode(request.body).decode("ascii"), True
    return _text(request.body), False


def _media_type_fits(kind: str, wanted: str) -> bool:
    """Whether a binary media type is meant by a Content-Type or by the first entry of an Accept header."""
    first = wanted.partition(",")[0].partition(";")[0].strip().lower()
    return kind in ("*/*", first) or (kind.endswith("/*") and first.startswith(kind[:-1]))


def forwarded(request: Request) -> tuple[tuple[str, str], ...]:
    hop = request.source_ip
    earlier = request.header("x-forwarded-for")
    kept = tuple(
        header
        for header in request.headers
        if header[0] not in ("connection", "transfer-encoding", "content-length", "expect", "x-forwarded-for")
    )
    return (
        *kept,
        ("X-Forwarded-For", f"{earlier}, {hop}" if earlier else hop),
        ("X-Forwarded-Port", str(request.port)),
        ("X-Forwarded-Proto", request.scheme),
        ("X-Amzn-Trace-Id", f"Root=1-{int(request.epoch):08x}-{request.request_id.replace('-', '')[:24]}"),
    )


def both(pairs: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The last value under each name, and all of them."""
    multi: dict[str, list[str]] = {}
    for name, value in pairs:
        multi.setdefault(name, []).append(value)
    return dict(pairs), multi


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _header_text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("\r", " ").replace("\n", " ")
