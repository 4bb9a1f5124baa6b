"""The parts that all our HTTP answers have in common. Nothing here needs a web framework."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

MAX_BODY = 1024 * 1024

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
NOT_STORED = {"cache-control": "no-store"}
"""For answers that no cache may keep: all but pages, which say themselves how long they last."""
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
_API = re.compile(r"/+api(/|$)")
_REQUEST_ID = re.compile(r"[0-9A-Za-z._-]{1,100}")


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a proxy event, by their names in lower case."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def body_of(event: Mapping[str, Any]) -> bytes:
    """Return the body of a proxy event exactly as it was sent: API Gateway encodes it, since any may be binary.

    Raises:
        UnicodeError: it cannot be decoded, or is text that cannot be encoded.
    """
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return b64decode(body, validate=True)
    except ValueError as error:
        raise UnicodeError(str(error)) from error


def query_of(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the query's parameters; to write them into a URL and read it again would take longer than the route.

    Raises:
        UnicodeError: one of them is not text.
    """
    many = event.get("multiValueQueryStringParameters")
    if many:
        pairs = [(name, value) for name, values in many.items() for value in values]
    else:
        pairs = list((event.get("queryStringParameters") or {}).items())
    "".join([part for pair in pairs for part in pair]).encode()
    return pairs


def is_for_browser(event: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    """Tell whether someone looks at a page in a browser: a program asks for no HTML, and the API has no pages."""
    return "text/html" in headers.get("accept", "") and not _API.match(event["path"])


def request_id_of(headers: Mapping[str, str], default: str | None = None) -> str:
    """Return the caller's request id if it can be echoed, else `default`, else a new one."""
    request_id = headers.get("x-request-id")
    if request_id and _REQUEST_ID.fullmatch(request_id):
        return request_id
    return default or str(uuid4())


def transport_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return what tells a browser to use https only; nothing over http, as locally (RFC 6797, 7.2)."""
    return _HTTPS_ONLY if headers.get("x-forwarded-proto") == "https" else {}


# How chats and their bots begin a command, also behind blanks; and the mentions that call everyone on Discord.
_COMMAND = re.compile(r"(?=\s*[!#$%&*+\-./:;<=>?\\^_`|~])")
_CALL = re.compile(r"(?<=@)(?=everyone|here)|(?<=<@)(?=[!&]?[0-9])", re.IGNORECASE)
_NOTHING = "\u2060"
"""A word joiner: takes no room, is no blank that a bot would trim, and begins no command."""


def chat_line(text: str) -> str:
    """Return a text that a bot may post as it is: a player's name in it is no command and calls no one."""
    line = _CALL.sub(_NOTHING, text) if "@" in text else text
    return _NOTHING + line if _COMMAND.match(line) else line


def json_answer(status: int, body: str) -> dict[str, Any]:
    """Return a proxy answer with a JSON body."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": body,
        "isBase64Encoded": False,
    }


def error_body(code: str, text: str, fields: Mapping[str, str] | None = None) -> str:
    """Return the JSON body of an error."""
    body: dict[str, Any] = {"error": chat_line(text), "code": code}
    if fields:
        body["fields"] = fields
    return json.dumps(body)


def error_answer(status: int, code: str, text: str, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a proxy answer for an error."""
    return json_answer(status, error_body(code, text, fields))


def unavailable_answer(
    event: Mapping[str, Any], security_headers: Mapping[str, str] = SECURITY_HEADERS
) -> dict[str, Any]:
    """Return what an outer door answers when the inner function cannot."""
    request_id = request_id_of(headers_of(event), event["requestContext"].get("requestId"))
    answer = error_answer(503, "unavailable", "Too many requests at once. Try again in a second.")
    own = {"Cache-Control": "no-store", "Retry-After": "1", "X-Request-ID": request_id}
    answer["headers"] = {**answer["headers"], **security_headers, **own}
    return answer
