"""Errors as objects, on the paths of Worlds and of accounts. Source: worlds 2.3, architecture 10."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from kernel.errors import DomainError

_PATHS: Final = re.compile(r"/api/(?:auth|session|interview|game|world)(?:/|$)")
_CODES: Final[Mapping[str, str]] = {
    "bad_json": "INVALID_INPUT",
    "internal": "INTERNAL_ERROR",
    "invalid_field": "INVALID_INPUT",
    "invalid_id": "INVALID_INPUT",
    "invalid_json": "INVALID_INPUT",
    "missing_parameter": "INVALID_INPUT",
    "unavailable": "DATABASE_ERROR",
    "unknown_field": "INVALID_INPUT",
    "validation": "INVALID_INPUT",
}
"""The codes of what no use case refuses; the others are written in capitals."""


def has_objects(path: str) -> bool:
    """Return whether errors below this path are objects."""
    return _PATHS.match(path) is not None


def code_of(error: DomainError, path: str) -> str:
    """Return the code of a refusal, as clients of this path know it."""
    return error.capital_code or error.code.upper() if has_objects(path) else error.code


def as_object(body: str, request_id: str) -> str:
    """Return the JSON body of an error, from the one that all other paths have."""
    given: dict[str, Any] = json.loads(body)
    code: str = given["code"]
    error = {"code": _CODES.get(code, code.upper()), "message": given["error"]}
    if "fields" in given:
        error["details"] = given["fields"]
    return json.dumps({"error": {**error, "request_id": request_id}})
