"""Minimal REST API proxy events. Standard library only, because workers run in the image."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

KEY = "test"
"""An administrator's key, and its name, that the databases of the bench, of the tools and of the tests know."""


def event(
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    sent = {"Content-Type": "application/json", "X-API-Key": KEY, "User-Agent": "bench", **(headers or {})}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None if body is None else b64encode(json.dumps(body).encode()).decode(),
        "isBase64Encoded": body is not None,
        "requestContext": {
            "requestId": "00000000-0000-4000-8000-000000000000",
            "path": path,
            "identity": {"sourceIp": "203.0.113.7"},
            "authorizer": {"role": "admin", "principalId": KEY, "key_hash": sha256(KEY.encode()).hexdigest()},
        },
    }
