"""The HTTP door of Personas: how this API words its errors, and what its requests may contain. Source: personas 4."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Path, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, StringConstraints, ValidationError

from doors import app as house
from doors.answers import MAX_BODY
from doors.caching import cached
from doors.call import Call
from doors.errors import Dialect, error_response
from doors.field_errors import explain
from doors.people import PersonalUseCase, check_demand
from doors.routes import Router, read_json
from functions.personas.security import SECURITY_HEADERS
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.rate_limits import RateLimit
from kernel.texts import to_translate, translate
from personas import paging
from personas import translations as translations

PUBLIC_READ = RateLimit("public_read", 120, per="ip")
"""Public looks of an address; one counter for all of them. Source: personas 4.4."""
FOLLOWING = RateLimit("public_follow", 600, per="ip")
"""Looks of an address at how far a debate is, which pages repeat every few seconds."""
PUBLIC_WRITE = RateLimit("public_write", 30, per="ip")

REPORT = RateLimit("report", 20)
"""Reports of an account; one counter for all kinds of things."""

PUBLIC_MAX_BODY = 65_536
"""Bytes of a request to a group that anyone may call. Source: personas 4.1."""

FOR_A_SECOND = "public, max-age=0, s-maxage=1"
"""The Cache-Control header of what everyone sees alike and what changes."""

_ID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
Id = Annotated[str, StringConstraints(pattern=_ID)]
"""An id in a body or a query."""
PathId = Annotated[str, Path(pattern=_ID)]
"""An id in a path."""
PageSize = Annotated[int, Query(ge=1, le=paging.MOST, description="How many, at most.")]
PageCursor = Annotated[str, Query(description="`next_cursor` of the page before; left out for the first page.")]

Model = TypeVar("Model", bound=BaseModel)


def create_app(title: str, *routers: Router) -> FastAPI:
    """Return a FastAPI app that speaks the dialect of Personas."""
    return house.create_app(title, *routers, dialect=DIALECT)


def create_handler(app: FastAPI, *, max_body: int = MAX_BODY) -> Callable[[house.Event, Any], house.Answer]:
    """Return the Lambda handler of an HTTP group of Personas. Its routes ask themselves who is signed in."""
    return house.create_handler(app, public=True, security_headers=SECURITY_HEADERS, max_body=max_body)


def answered_with(body: BaseModel, use_case: Callable[[Tx, Identity], object]) -> PersonalUseCase:
    """Return a use case that is answered with the same body each time."""

    def act(tx: Tx, me: Identity) -> BaseModel:
        use_case(tx, me)
        return body

    return act


def kept_for_a_second(call: Call, shape: BaseModel) -> Response:
    """Answer with something that everyone sees alike and asks for again and again: the front keeps it for a second."""
    body = shape.model_dump_json(exclude_none=True)
    etag = sha256(body.encode()).hexdigest()[:32]
    return cached(call, etag, lambda: Response(body, media_type="application/json"), control=FOR_A_SECOND)


async def parse_body(call: Call, model: type[Model]) -> Callable[[], Model]:
    """Return what validates the body, for a use case that checks other things first.

    Raises:
        RequestValidationError: when called: the body is not as the model says.
    """
    sent = await call.body()

    def parse() -> Model:
        try:
            return model.model_validate(read_json(sent))
        except ValidationError as error:
            problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
            raise RequestValidationError(problems) from error

    return parse


def _on_invalid(problems: Sequence[Any]) -> Response:
    code, text = _reason(problems)
    return error_response(400, code, text)


def _reason(problems: Sequence[Any]) -> tuple[str, str]:
    first = problems[0]
    where = first["loc"]
    if any(problem["type"] == "json_invalid" for problem in problems):
        return "invalid_json", translate("The request body is not valid JSON.")
    for problem in problems:
        if problem["type"] == "extra_forbidden":
            return "unknown_field", translate("{field}: this request has no such field.", field=problem["loc"][-1])
    if len(where) == 1 or first["type"] in ("model_attributes_type", "model_type"):
        return "invalid_json", translate("The request body must be a JSON object.")
    if first["type"] == "string_pattern_mismatch" and str(where[-1]).endswith("id"):
        return "invalid_id", translate("{field}: this is not an id.", field=where[-1])
    if where[0] == "query" and where[-1] in ("limit", "cursor"):
        return f"invalid_{where[-1]}", f"{where[-1]}: {explain(first)}"
    return "invalid_field", f"{'.'.join(str(part) for part in where[1:])}: {explain(first)}"


DIALECT = Dialect(
    by_status={
        400: ("invalid_json", to_translate("The request body is not valid JSON.")),
        404: ("not_found", to_translate("There is nothing at this address.")),
        405: ("method_not_allowed", to_translate("This address does not take that method.")),
    },
    on_invalid=_on_invalid,
    before_invalid=check_demand,
)
