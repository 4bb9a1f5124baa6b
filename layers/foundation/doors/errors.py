"""Turning errors into HTTP answers: the table of refusals and the shape of all errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from msgspec import Struct
from starlette.exceptions import HTTPException

from doors.answers import error_body
from doors.error_objects import code_of
from doors.field_errors import SENTENCE, explain
from kernel import metrics
from kernel.errors import (
    Conflict,
    DomainError,
    NotAllowed,
    NotFound,
    OutsideFailed,
    Refused,
    Suspended,
    TimedOut,
    TooSoon,
    TryAgain,
    Unauthenticated,
)
from kernel.keys.models import CallerRevoked
from kernel.rate_limits import RateLimited
from kernel.texts import to_translate, translate

log = logging.getLogger("brandish")

STATUS: Mapping[type[DomainError], int] = {
    CallerRevoked: 401,  # as API Gateway answers as soon as it has forgotten the key
    Unauthenticated: 401,
    Refused: 400,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooSoon: 429,
    OutsideFailed: 502,
    Suspended: 503,
    TimedOut: 504,
}

CODE_TEXT = "code_text"
"""The key, in a validation error's context, of the message for an error type that is a code of the wire contract."""

BY_STATUS = {
    400: ("bad_json", to_translate("The request body is not valid JSON.")),
    401: ("unauthorized", to_translate("A valid X-API-Key header is required.")),
    404: ("not_found", to_translate("There is nothing at this address.")),
    405: ("method_not_allowed", to_translate("This address does not take that method.")),
}


class Dialect(Struct, frozen=True):
    """How an API words the errors that no use case raises.

    Attributes:
        by_status: code and sentence for what the framework refuses; 400 stands for all that are not named.
        on_invalid: the answer to a request whose fields are wrong, from pydantic's list of problems.
        before_invalid: what comes before that answer, such as whether the caller is signed in; raises a refusal.
    """

    by_status: Mapping[int, tuple[str, str]]
    on_invalid: Callable[[Sequence[Any]], Response]
    before_invalid: Callable[[Request], None] = lambda request: None


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def error_response(
    status: int,
    code: str,
    text: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(
        error_body(code, text, fields),
        status,
        media_type="application/json",
        headers=dict(headers) if headers else None,
    )


def install_error_handlers(app: FastAPI, dialect: Dialect) -> None:
    """Register the error handlers with an app."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(TryAgain, _on_try_again)
    app.add_exception_handler(RequestValidationError, partial(_on_invalid_request, dialect))
    app.add_exception_handler(HTTPException, partial(_on_http_error, dialect))
    app.add_exception_handler(psycopg.OperationalError, _on_database_error)
    app.add_exception_handler(Exception, _on_bug)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if isinstance(error, RateLimited):
        metrics.count_rate_limit(error.per, request.scope["route"].path)
    seconds = error.details.get("seconds") if isinstance(error, TooSoon | Suspended) else None
    headers = {"Retry-After": str(seconds)} if seconds is not None else None
    code = code_of(error, request.scope["path"])
    return error_response(status_of(error), code, str(error), headers=headers)


async def _on_try_again(request: Request, error: Exception) -> Response:
    return error_response(
        503, "unavailable", translate("Too many players at once. Try again in a second."), headers={"Retry-After": "1"}
    )


async def _on_invalid_request(dialect: Dialect, request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    try:
        dialect.before_invalid(request)
    except DomainError as refusal:
        return await _on_refusal(request, refusal)
    return dialect.on_invalid(error.errors())


def validation_response(problems: Sequence[Any]) -> Response:
    """Return a 400 with the best code and a sentence for each invalid field."""
    return error_response(400, *explained(problems))


def explained(problems: Sequence[Any]) -> tuple[str, str, dict[str, str] | None]:
    """Return the best code, what is wrong, and a sentence for each invalid field."""
    if any(problem["type"] == "json_invalid" for problem in problems):
        return "bad_json", translate("The request body is not valid JSON."), None
    fields = {_field(problem["loc"]): explain(problem) for problem in problems}
    kinds = {problem["type"] for problem in problems}
    if kinds == {"missing"} and all(problem["loc"][0] == "query" for problem in problems):
        return "missing_parameter", translate("Missing: {fields}.", fields=", ".join(fields)), fields
    if len(kinds) == 1 and CODE_TEXT in problems[0].get("ctx", {}):
        return problems[0]["type"], problems[0]["ctx"][CODE_TEXT], fields
    whole = problems[0].get("ctx", {}).get(SENTENCE)
    text = whole or f"{_in_words(problems[0]['loc'])}: {explain(problems[0])}"
    return "validation", text, fields


def _field(loc: Sequence[str | int]) -> str:
    """Return the field's name for the caller: ("body", "bets", 0, "quantity") becomes `bets.0.quantity`."""
    return ".".join(str(part) for part in loc[1:]) or "body"


def _in_words(loc: Sequence[str | int]) -> str:
    """Return the field's name for a sentence: ("body", "bets", 0, "quantity") becomes "quantity in entry 1 of bets"."""
    words = ""
    for part in loc[1:]:
        if isinstance(part, int):
            words = translate("entry {number} of {list}", number=part + 1, list=words or "body")
        else:
            words = translate("{field} in {place}", field=part, place=words) if words else part
    return words or "body"


async def _on_http_error(dialect: Dialect, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, text = dialect.by_status.get(error.status_code, dialect.by_status[400])
    return error_response(error.status_code, code, translate(text), headers=error.headers)


async def _on_database_error(request: Request, error: Exception) -> Response:
    log.warning("database unavailable", extra={"error": str(error)})
    return error_response(
        503,
        "unavailable",
        translate(
            "The game cannot be reached just now. Try again; with the same Idempotency-Key nothing happens twice."
        ),
        headers={"Retry-After": "1"},
    )


async def _on_bug(request: Request, error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return error_response(500, "internal", translate("Something went wrong on our side. It has been noted."))


HOUSE = Dialect(BY_STATUS, validation_response)
"""The dialect of everything that has none of its own."""
