"""Turning errors into HTTP answers: the table of refusals and the shape of all errors."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from doors.answers import error_body
from doors.field_errors import SENTENCE, explain
from kernel.errors import Conflict, DomainError, NotAllowed, NotFound, Refused, TooSoon, TryAgain
from kernel.texts import translate

log = logging.getLogger("brandish")

STATUS: Mapping[type[DomainError], int] = {
    Refused: 400,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooSoon: 429,
}

CODE_TEXT = "code_text"
"""The key, in a validation error's context, of the message for an error type that is a code of the wire contract."""

BY_STATUS = {
    400: ("bad_json", "The request body is not valid JSON."),
    401: ("unauthorized", "A valid X-API-Key header is required."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
}


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


def install_error_handlers(app: FastAPI) -> None:
    """Register the error handlers with an app."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(TryAgain, _on_try_again)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(psycopg.OperationalError, _on_database_error)
    app.add_exception_handler(Exception, _on_bug)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    seconds = error.details.get("seconds") if isinstance(error, TooSoon) else None
    headers = {"Retry-After": str(seconds)} if seconds is not None else None
    return error_response(status_of(error), error.code, str(error), headers=headers)


async def _on_try_again(request: Request, error: Exception) -> Response:
    return error_response(
        503, "unavailable", translate("Too many players at once. Try again in a second."), headers={"Retry-After": "1"}
    )


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return validation_response(error.errors())


def validation_response(problems: Sequence[Any]) -> Response:
    """Return a 400 with the best code and a sentence for each invalid field."""
    if any(problem["type"] == "json_invalid" for problem in problems):
        return error_response(400, "bad_json", "The request body is not valid JSON.")
    fields = {_field(problem["loc"]): explain(problem) for problem in problems}
    kinds = {problem["type"] for problem in problems}
    if kinds == {"missing"} and all(problem["loc"][0] == "query" for problem in problems):
        return error_response(
            400, "missing_parameter", translate("Missing: {fields}.", fields=", ".join(fields)), fields
        )
    if len(kinds) == 1 and CODE_TEXT in problems[0].get("ctx", {}):
        return error_response(400, problems[0]["type"], problems[0]["ctx"][CODE_TEXT], fields)
    name, sentence = next(iter(fields.items()))
    whole = problems[0].get("ctx", {}).get(SENTENCE)
    return error_response(400, "validation", whole or f"{name}: {sentence}", fields)


def _field(loc: Sequence[str | int]) -> str:
    """Return the field's name for the caller: ("body", "bets", 0, "quantity") becomes `bets.0.quantity`."""
    return ".".join(str(part) for part in loc[1:]) or "body"


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, text = BY_STATUS.get(error.status_code, ("bad_json", "The request cannot be read."))
    return error_response(error.status_code, code, text, headers=error.headers)


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
