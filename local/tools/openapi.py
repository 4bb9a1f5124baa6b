"""Merges the OpenAPI documents of all groups into one: `python -m local.tools.openapi [--check]`."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from doors.error_objects import has_objects
from doors.people import is_for_accounts
from doors.routes import Route
from local.tools import capital_codes, openapi_examples, openapi_schemas
from local.tools.generated import ROOT, write_or_check

FILE: Final = ROOT / "docs" / "openapi.json"

Json = dict[str, Any]

DESCRIPTION: Final = """\
A game engine for live chat communities. Every path below /api/ requires the header `X-API-Key`, except those for people
who sign in, below /api/auth, /api/personas, /api/session, /api/interview, /api/game and /api/world: what they need is a
session, as `Authorization: Bearer` or in a cookie.

A POST or PUT with an `Idempotency-Key` may be repeated for 24 hours: it acts once, and a repetition gets the first
answer again, with the header `Idempotency-Replayed: true`; another request with the same key gets a 409. For people who
sign in, this holds for a POST only: their PUT, PATCH and DELETE do no harm when they are repeated.

Unknown fields are ignored, null means absent, `/prices/` is `/prices`, and every GET answers HEAD too. Errors have the
shape `Error`; its `error` is fit for a player, its `code` is for programs. Below /api/auth and on the paths of Worlds,
the shape is `ErrorObject`, with codes in capitals, and nothing is repeated by an `Idempotency-Key`. An operation whose
id ends in `_alias` is another path of the operation without it.
"""

ERRORS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BadRequest", "Malformed, or not possible here; `fields` names what is wrong."),
    401: ("Unauthorized", "The key is missing or unknown; or the session is, or has ended."),
    403: ("Forbidden", "Locked for this community, or the key's role may not do it."),
    404: ("NotFound", "There is no such thing, or no such path."),
    409: ("Conflict", "The state has changed in the meantime."),
    413: ("BodyTooLarge", "More than 1 MiB."),
    429: ("TooManyRequests", "A cooldown is running, or these were too many requests."),
    500: ("Internal", "An internal error. Nothing was saved."),
    503: ("Unavailable", "The game cannot be reached just now. Try again."),
}
ONLY_WHEN_WRITING: Final = {409, 413}
WITHOUT_KEY: Final = {429, 500, 503}
WRITING: Final = {"delete", "patch", "post", "put"}

ERROR: Final[Json] = {
    "title": "Error",
    "description": "What went wrong.",
    "type": "object",
    "required": ["error", "code"],
    "properties": {
        "error": {"type": "string", "description": "A sentence fit for a player."},
        "code": {"type": "string", "description": "A token that stays the same.", "examples": ["validation"]},
        "fields": {
            "type": "object",
            "description": "What is wrong with each field.",
            "additionalProperties": {"type": "string"},
        },
    },
}
ERROR_OBJECT: Final[Json] = {
    "title": "ErrorObject",
    "description": "What went wrong, on paths whose errors are objects.",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "request_id"],
            "properties": {
                "code": {"$ref": "#/components/schemas/CapitalErrorCode"},
                "message": {"type": "string", "description": "A sentence fit for a player."},
                "details": {
                    "type": "object",
                    "description": "What is wrong with each field.",
                    "additionalProperties": {"type": "string"},
                },
                "request_id": {"type": "string", "description": "As in the header X-Request-ID."},
            },
        },
    },
}
PAGES: Final = {"Pages"}
"""Groups that answer with pages, which no client of the API reads."""
OF_PEOPLE: Final = re.compile(r"/api/(auth|game|interview|personas|session|world)(/|$)")
"""What people sign in to, or may look at without a key of the API."""
HEADERS: Final[Mapping[str, tuple[str, str]]] = {
    "IdempotencyKey": (
        "Idempotency-Key",
        "Makes a repetition safe: a name for this request, of up to 200 characters. Use a new one for each request: "
        "another request with the same key is refused with 409 `idempotency_mismatch`.",
    ),
    "RequestId": ("X-Request-ID", "Returned in the answer and written to our log. Generated when left out."),
}


def groups() -> Iterator[tuple[str, str, FastAPI]]:
    """The name, first sentence of the docstring, and app of every HTTP group."""
    for file in sorted((ROOT / "functions").glob("*/*/app.py")):
        module = import_module(f"functions.{file.parent.parent.name}.{file.parent.name}.app")
        app = getattr(module, "app", None)
        if isinstance(app, FastAPI):
            yield app.title, (module.__doc__ or "").partition("\n")[0].partition(". ")[0].rstrip(".") + ".", app


def document() -> Json:
    """The merged document; each group's name is the tag of its paths."""
    merged: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Brandish",
            "version": version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [
            # Relative to where the document is read, /swagger/openapi.json: right below any stage and domain.
            {"url": "..", "description": "Wherever this document is served"},
            {"url": "http://127.0.0.1:8080", "description": "The local stack"},
        ],
        "security": [{"ApiKey": []}],
        "tags": [],
        "paths": {},
        "components": {
            "schemas": {"Error": ERROR, "ErrorObject": ERROR_OBJECT},
            "responses": {
                name + suffix: _error_response(status, text, f"Error{suffix}")
                for suffix in ("", "Object")
                for status, (name, text) in ERRORS.items()
            },
            "parameters": {key: _header(name, text) for key, (name, text) in HEADERS.items()},
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "Session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }
    for title, text, app in groups():
        if title in PAGES:
            continue
        merged["tags"].append({"name": title, "description": text})
        _name_operations(app)
        _add(merged, title, app.openapi())
    merged["info"]["description"] += openapi_schemas.code_table()
    openapi_schemas.complete(merged)
    merged["paths"] = dict(sorted(merged["paths"].items()))
    merged["components"]["schemas"] = dict(sorted(merged["components"]["schemas"].items()))
    _add_error_examples(merged["components"]["responses"])
    openapi_examples.add(merged)
    return merged


def text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _add(merged: Json, title: str, group: Json) -> None:
    group = _without_422(group)
    schemas: Json = merged["components"]["schemas"]
    own: Json = group.get("components", {}).get("schemas", {})
    names = _names(own, schemas, title)
    schemas.update({names[name]: _renamed(schema, names) for name, schema in own.items()})
    for path, operations in _renamed(group["paths"], names).items():
        if path in merged["paths"]:
            raise ValueError(f"{path} is served by two groups, {title} is the second")
        for method, operation in operations.items():
            _complete(operation, title, path, method)
        merged["paths"][path] = operations


def _name_operations(app: FastAPI) -> None:
    """Name each operation after its group and function: `economy_buy`, and `economy_buy_alias` on its other paths."""
    routes: dict[str, list[APIRoute]] = {}
    for route in app.routes:
        if isinstance(route, APIRoute):
            if isinstance(route, Route):
                route.analyse()  # it would undo what is set here
            routes.setdefault(route.endpoint.__name__, []).append(route)
            if OF_PEOPLE.match(route.path):
                route.openapi_extra = {"security": [{"Session": []}] if is_for_accounts(route.endpoint) else []}
    group = re.sub(r"\W+", "_", app.title.lower())
    for name, same in routes.items():
        for number, route in enumerate(reversed(same)):  # decorators apply from the bottom up
            route.operation_id = f"{group}_{name}" + ("" if number == 0 else "_alias" + str(number)[number == 1 :])
            route.unique_id = route.operation_id


def _names(own: Json, taken: Json, title: str) -> dict[str, str]:
    """The name for each schema of a group: its own, unless another group uses that for a different schema."""
    names = {name: name for name in own}
    while clashes := [
        name
        for name, schema in own.items()
        if names[name] == name and name in taken and taken[name] != _renamed(schema, names)
    ]:
        # Renaming may cause new clashes, in schemas that refer to renamed ones.
        names.update({name: f"{title.replace(' ', '')}{name}" for name in clashes})
    return names


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    prefix = "#/components/schemas/"
    if isinstance(value, dict):
        return {
            key: prefix + names[each.removeprefix(prefix)] if key == "$ref" else _renamed(each, names)
            for key, each in value.items()
        }
    return [_renamed(each, names) for each in value] if isinstance(value, list) else value


def _without_422(group: Json) -> Json:
    """Drop FastAPI's own validation error, which never occurs: ours has another status and shape."""
    for operations in group["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    schemas: Json = group.get("components", {}).get("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return group


def _complete(operation: Json, title: str, path: str, method: str) -> None:
    """Add what all operations have in common."""
    operation["tags"] = [title]
    # The docstring's first line, for the lists that show one line each.
    operation["summary"], _, more = operation.pop("description", operation["summary"]).partition("\n")
    if more.strip():
        operation["description"] = more.strip()
    writes = method in WRITING
    closed = path.startswith("/api/")
    objects = has_objects(path)
    if not closed:
        operation["security"] = []
    if writes:
        headers = [name for name in HEADERS if name == "RequestId" or not objects]
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in headers)
    for status, (name, _) in ERRORS.items():
        if (writes or status not in ONLY_WHEN_WRITING) and (closed or status in WITHOUT_KEY):
            response = {"$ref": f"#/components/responses/{name}{'Object' if objects else ''}"}
            operation["responses"].setdefault(str(status), response)


def _add_error_examples(responses: Json) -> None:
    codes = openapi_schemas.codes()
    plain = _first_of_each_status([*openapi_schemas.OTHER_CODES, *codes], codes)
    capitals = capital_codes.of_http()
    in_capitals = _first_of_each_status([*capitals], capitals)
    for status, (name, _) in ERRORS.items():
        code, meaning = plain[status]
        responses[name]["content"]["application/json"]["example"] = {"error": meaning, "code": code}
        code, meaning = in_capitals[status]
        responses[f"{name}Object"]["content"]["application/json"]["example"] = {
            "error": {"code": code, "message": meaning, "request_id": "4f1d2a86-7f0c-4e7e-9a35-1b2c3d4e5f60"}
        }


def _first_of_each_status(order: Sequence[str], codes: Mapping[str, tuple[int, str]]) -> dict[int, tuple[str, str]]:
    return {codes[code][0]: (code, codes[code][1]) for code in reversed(order)}


def _error_response(status: int, text: str, schema: str) -> Json:
    response: Json = {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
    return response


def _header(name: str, text: str) -> Json:
    return {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}


def version() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def main(arguments: list[str]) -> int:
    return write_or_check(FILE, text(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
