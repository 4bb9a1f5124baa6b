"""The routes of an HTTP group: FastAPI matches, validates and describes them, and we call the endpoint."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cached_property, lru_cache
from threading import RLock
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi._compat import ModelField, field_annotation_is_sequence
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match, compile_path
from starlette.types import Scope

from doors.call import Call

Handle = Callable[[Request], Awaitable[Response]]


_FIRST_PATHS: dict[Callable[..., Any], str] = {}
"""{endpoint: the path of its first route}"""


class Route(APIRoute):
    """A route whose endpoint gets the request as a `Call`.

    FastAPI's own way to an endpoint is prepared for forms, dependencies, generators and telemetry, and takes three
    times as long as what most of our routes need: their parameters, validated, and a response that is complete.

    A route first knows only what a request is matched with. FastAPI's analysis of the endpoint takes a millisecond and
    more, and an environment is asked for few routes of its group: it is made when something of it is first needed.

    Attributes:
        is_simple: the endpoint takes a `Call`, path and query parameters, and at most one body as a whole.
    """

    is_simple: bool

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._options = options
        self._lock = RLock()  # environments of the local stack share routes
        self._is_analysed = False
        self.path = path
        self.endpoint = endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in options.get("methods") or ["GET"]}
        # The same for all routes of an endpoint, that is for all aliases of its path.
        self.use_case_path: str = _FIRST_PATHS.setdefault(endpoint, path)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute that is missing until FastAPI has analysed the endpoint."""
        self.analyse()
        return super().__getattribute__(name)

    def analyse(self) -> None:
        """Have FastAPI analyse the endpoint, unless it has."""
        with self._lock:
            if not self._is_analysed:
                self._is_analysed = True
                super().__init__(self.path, self.endpoint, **self._options)

    def get_route_handler(self) -> Any:
        if hasattr(self, "app"):
            # Our handler would not see what `include_router` adds, such as a dependency that requires a key.
            raise TypeError("Routers are given to create_app(); include_router() would need FastAPI's own routes.")
        needs = self.dependant
        self.is_simple = (
            needs.request_param_name is not None
            and not (needs.dependencies or needs.header_params or needs.cookie_params)
            and not (needs.response_param_name or needs.background_tasks_param_name)
            and (self.body_field is None or [self.body_field] == needs.body_params)
        )
        return self.respond if self.is_simple else _with_call(super().get_route_handler())

    @cached_property
    def _query(self) -> ModelField | None:
        """The query if the endpoint takes it as one model, whose fields have single values."""
        if len(self.dependant.query_params) != 1:
            return None
        [field] = self.dependant.query_params
        model = field.field_info.annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return None
        single = all(not field_annotation_is_sequence(each.annotation) for each in model.model_fields.values())
        return field if single else None

    async def respond(self, request: Request) -> Response:
        """Return the endpoint's response; for a simple route."""
        call = Call(request.scope, request.receive)
        needs = self.dependant
        values: dict[str, Any] = {}
        errors: list[Any] = []
        if needs.path_params:
            values, errors = request_params_to_args(needs.path_params, call.path_params)
        if self._query is not None:
            sent = dict(call.query)  # of a parameter that was sent twice, the last
            values[self._query.name], problems = self._query.validate(sent, {}, loc=("query",))
            errors += problems
        elif needs.query_params:
            found, problems = request_params_to_args(needs.query_params, call.query_params)
            values |= found
            errors += problems
        body: Any = None
        if self.body_field is not None:
            body = read_json(await call.body())
            values[self.body_field.name], problems = self.body_field.validate(body, {}, loc=("body",))
            errors += problems
        if errors:
            raise RequestValidationError(errors, body=body)
        assert needs.request_param_name
        values[needs.request_param_name] = call
        return await self.endpoint(**values)


class Router(APIRouter):
    """A router of a feature's routes, for `create_app`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=Route, strict_content_type=False, redirect_slashes=False, **options)


def find_simple_route(app: FastAPI, scope: Scope) -> Route | None:
    """Return the simple route that the app would choose, and add its match to the scope; None for any other answer."""
    if app.user_middleware:
        return None
    route, matched = _simple_route(app, scope["method"], scope["path"])
    scope.update(matched)
    return route


@lru_cache(256)
def _simple_route(app: FastAPI, method: str, path: str) -> tuple[Route | None, Scope]:
    """Return what `find_simple_route` does, with the match, which is only read. A group has many routes."""
    scope = {"type": "http", "method": method, "path": path, "root_path": ""}
    for route in app.router.routes:
        # Most routes of a group are asked in vain, so they say no before they prepare anything.
        if isinstance(route, Route) and route.path_regex.match(path) is None:
            continue
        match, matched = route.matches(scope)
        if match is Match.FULL:
            return (route, matched) if isinstance(route, Route) and route.is_simple else (None, {})
    return None, {}


def _with_call(handle: Handle) -> Handle:
    async def handle_call(request: Request) -> Response:
        return await handle(Call(request.scope, request.receive))

    return handle_call


def read_json(sent: bytes) -> Any:
    """Return the request's JSON document; an empty body is an empty object.

    Raises:
        RequestValidationError: it is not JSON.
        HTTPException: 400; it cannot be read: it is not text, is nested too deep, or has a number of 5,000 digits.
    """
    if not sent:
        return {}
    try:
        return json.loads(sent)
    except json.JSONDecodeError as error:
        problem = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([problem], body=error.doc) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
