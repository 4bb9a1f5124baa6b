"""The parts that all our HTTP answers have in common. Nothing here needs a web framework."""

from __future__ import annotations

import json
import re
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
_REQUEST_ID = re.compile(r"[0-9A-Za-z._-]{1,100}")


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a proxy event, by their names in lower case."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def request_id_of(headers: Mapping[str, str], default: str | None = None) -> str:
    """Return the caller's request id if it can be echoed, else `default`, else a new one."""
    request_id = headers.get("x-request-id")
    if request_id and _REQUEST_ID.fullmatch(request_id):
        return request_id
    return default or str(uuid4())


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
    body: dict[str, Any] = {"error": text, "code": code}
    if fields:
        body["fields"] = fields
    return json.dumps(body)


def error_answer(status: int, code: str, text: str, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a proxy answer for an error."""
    return json_answer(status, error_body(code, text, fields))
