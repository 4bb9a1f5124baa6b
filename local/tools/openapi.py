"""Merges the OpenAPI documents of all groups into one: `python -m local.tools.openapi [--check]`."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from community.inventory.models import Quality
from community.players.models import PLATFORMS
from community.voting.events import VoteRecorded  # logged, but not with its player
from doors.errors import STATUS
from kernel.errors import DomainError
from kernel.events.models import Event
from local.tools.openapi_examples import Examples

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = ROOT / "docs" / "openapi.json"
EXAMPLES: Final = ROOT / "docs" / "examples.json"

Json = dict[str, Any]

DESCRIPTION: Final = """\
A game engine for live chat communities. Every path below /api/ requires the header `X-API-Key`.

A POST or PUT with an `Idempotency-Key` may be repeated for 24 hours: it acts once, and a repetition gets the first
answer again, with the header `Idempotency-Replayed: true`; another request with the same key gets a 409.

Unknown fields are ignored, null means absent, `/prices/` is `/prices`, and every GET answers HEAD too. Errors have the
shape `Error`; its `error` is fit for a player, its `code` is for programs. An operation whose id ends in `_alias` is
another path of the operation without it.
"""

ERRORS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BadRequest", "Malformed, or not possible here; `fields` names what is wrong."),
    401: ("Unauthorized", "The key is missing or unknown."),
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
OTHER_CODES: Final[Mapping[str, tuple[int, str]]] = {
    "bad_json": (400, "The request body is not valid JSON."),
    "invalid_platform": (400, "The platform must be twitch, youtube or discord."),
    "missing_parameter": (400, "A parameter is missing from the query; `fields` names it."),
    "validation": (400, "A field has a wrong value; `fields` says which, and why."),
    "unauthorized": (401, "A valid X-API-Key header is required."),
    "forbidden": (403, "The key's role may not do this."),
    "not_found": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "This address does not take that method."),
    "body_too_large": (413, "A request may have at most 1 MiB."),
    "rate_limited": (429, "Too many requests from this key or address."),
    "internal": (500, "Something went wrong on our side."),
    "unavailable": (503, "Too many players at once, or the database cannot be reached."),
}
"""Errors that are no refusal of a use case: code -> (status, meaning)."""

TWO_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "RegisterRequest": ("AccountToLink", "RegisterTwoAccounts"),
    "WeightsRequest": ("WeightRequest", "SeveralWeights"),
}
"""Requests that may be sent in a short form: (its schema, the name for the schema of the long form)."""

PLATFORM_FIELDS: Final = {
    "platform",
    "source_platform",
    "target_platform",
    "known_platform",
    "new_platform",
    "owner_platform",
    "receiver_platform",
    "linked_platforms",
}

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
            "schemas": {"Error": ERROR},
            "responses": {name: _error_response(status, text) for status, (name, text) in ERRORS.items()},
            "parameters": {key: _header(name, text) for key, (name, text) in HEADERS.items()},
            "securitySchemes": {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
    }
    for title, text, app in groups():
        merged["tags"].append({"name": title, "description": text})
        _name_operations(app)
        _add(merged, title, app.openapi())
    merged["info"]["description"] += _code_table()
    schemas: Json = merged["components"]["schemas"]
    _split_forms(schemas)
    _name_results(merged)
    merged["components"] = _with_enums(merged["components"])
    merged["paths"] = dict(sorted(_with_enums(merged["paths"]).items()))
    merged["components"]["schemas"] = dict(sorted((merged["components"]["schemas"] | _enums()).items()))
    _add_examples(merged)
    return merged


def codes() -> dict[str, tuple[int, str]]:
    """Return all error codes of the API, with their status and meaning: code -> (status, sentence)."""
    refusals: dict[str, tuple[int, str]] = {}
    for error in sorted(_subclasses(DomainError), key=lambda error: (error.__module__, error.__name__)):
        if hasattr(error, "code") and not _is_of_a_test(error):
            status = next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)
            refusals.setdefault(error.code, (status, error.message))
    return dict(sorted((refusals | OTHER_CODES).items()))


def event_types() -> dict[str, type[Event]]:
    """Return the types of events that listeners may receive, with their classes."""
    events = [
        event for event in _subclasses(Event) if hasattr(event, "type") and not event.__module__.startswith("test")
    ]
    public = [event for event in events if (event.logged or event is VoteRecorded) and not event.private]
    return {event.type: event for event in sorted(public, key=lambda event: event.type)}


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
            routes.setdefault(route.endpoint.__name__, []).append(route)
    group = re.sub(r"\W+", "_", app.title.lower())
    for name, same in routes.items():
        for number, route in enumerate(reversed(same)):  # decorators apply from the bottom up
            route.operation_id = f"{group}_{name}" + ("" if number == 0 else "_alias" + str(number)[number == 1 :])
            route.unique_id = route.operation_id


def _split_forms(schemas: Json) -> None:
    for name, (short, long) in TWO_FORMS.items():
        if name in schemas:
            full = schemas[name] | {"title": long}
            description = full.pop("description")
            full.pop("examples", None)
            schemas[long] = full
            forms = [{"$ref": f"#/components/schemas/{each}"} for each in (short, long)]
            schemas[name] = {"title": name, "description": description, "anyOf": forms}


def _name_results(merged: Json) -> None:
    """Give answers that are lists or alternatives a schema of their own, and take pydantic's titles off properties."""
    schemas: Json = merged["components"]["schemas"]
    for schema in schemas.values():
        _without_titles(schema, top=True)
    for operations in merged["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                _without_titles(parameter.get("schema", {}))
            for response in operation["responses"].values():
                content = response.get("content", {}).get("application/json")
                if content is None or "$ref" in content["schema"]:
                    continue
                schema = content["schema"]
                _without_titles(schema)
                if "items" in schema:
                    title = f"{schema['items']['$ref'].rpartition('/')[2]}List"
                else:
                    name = operation["operationId"].partition("_alias")[0]
                    title = "".join(word.capitalize() for word in name.split("_")) + "Result"
                schemas[title] = schema | {"title": title}
                content["schema"] = {"$ref": f"#/components/schemas/{title}"}


def _without_titles(schema: Any, *, top: bool = False) -> None:
    """Remove the titles that repeat a property's name: generators make a class of each title."""
    if isinstance(schema, dict):
        if not top and isinstance(schema.get("title"), str):
            del schema["title"]
        for key, each in schema.items():
            if key == "properties":
                for value in each.values():
                    _without_titles(value)
            elif key not in ("examples", "example"):
                _without_titles(each)
    elif isinstance(schema, list):
        for each in schema:
            _without_titles(each)


def _enums() -> Json:
    def enum(title: str, description: str, values: Any) -> Json:
        return {"title": title, "type": "string", "description": description, "enum": list(values)}

    return {
        "ErrorCode": enum("ErrorCode", "What went wrong, for programs. The introduction lists them.", codes()),
        "EventType": enum("EventType", "The type of an event.", event_types()),
        "Platform": enum("Platform", "Requests may use any case.", sorted(PLATFORMS)),
        "Quality": enum("Quality", "From worst to best.", Quality),
    }


def _with_enums(value: Any, name: str = "") -> Any:
    """Refer to the one schema of an enumeration wherever a field holds its values."""
    if isinstance(value, list):
        return [_with_enums(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "string":
        enum = None
        if name in PLATFORM_FIELDS or value.get("enum") == sorted(PLATFORMS):
            enum = "Platform"
        elif name == "quality_level":
            enum = "Quality"
        elif name == "EventRow.event_type":
            enum = "EventType"
        elif name == "Error.code":
            enum = "ErrorCode"
        if enum:
            kept = {key: each for key, each in value.items() if key in ("default", "description", "deprecated")}
            return {"$ref": f"#/components/schemas/{enum}"} | kept
    if "in" in value and "schema" in value:
        return value | {"schema": _with_enums(value["schema"], value["name"])}
    made: Json = {}
    for key, each in value.items():
        if key == "properties":
            title = value.get("title", "")
            special = ("EventRow.event_type", "Error.code")
            made[key] = {
                field: _with_enums(schema, f"{title}.{field}" if f"{title}.{field}" in special else field)
                for field, schema in each.items()
            }
        elif key in ("examples", "example", "default", "enum"):
            made[key] = each
        else:
            made[key] = _with_enums(each, name)
    return made


def _add_examples(merged: Json) -> None:
    schemas: Json = merged["components"]["schemas"]
    examples = Examples(schemas)
    meanings = codes()
    for status, (name, _) in ERRORS.items():
        code = next(code for code, (number, _) in OTHER_CODES.items() if number == status) if status != 409 else ""
        code = code or next(code for code, (number, _) in meanings.items() if number == 409)
        body = {"error": meanings[code][1], "code": code}
        merged["components"]["responses"][name]["content"]["application/json"]["example"] = body
    recorded = _recorded(merged["paths"])
    for operations in merged["paths"].values():
        for operation in operations.values():
            sent, answers = recorded.get(operation["operationId"].partition("_alias")[0], ({}, {}))
            for parameter in operation.get("parameters", ()):
                if "schema" in parameter:
                    name = parameter["name"]
                    parameter["example"] = sent.get(name) or examples.of(parameter["schema"], name)
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                body["example"] = sent or examples.of(body["schema"])
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if content:
                    content["example"] = answers.get(status) or examples.of(content["schema"])


def _recorded(paths: Json) -> dict[str, tuple[Json, Json]]:
    """Return what was sent and answered in docs/examples.json: {operation id: (sent, {status: answer})}."""
    patterns = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + " "), len(re.findall("{", path)), path) for path in paths
    ]
    found: dict[str, tuple[Json, Json]] = {}
    for name, example in json.loads(EXAMPLES.read_text(encoding="utf-8")).items():
        method, _, rest = name.partition(" ")
        _, path = min((blanks, path) for pattern, blanks, path in patterns if pattern.match(rest))
        _, answers = found.setdefault(paths[path][method.lower()]["operationId"], (example["sent"], {}))
        answers[rest.rpartition(" ")[2]] = example["answer"]
    return found


def _code_table() -> str:
    rows = [f"| `{code}` | {status} | {meaning} |" for code, (status, meaning) in codes().items()]
    return "\n".join(["", "## Error codes", "", "| Code | Status | Meaning |", "|---|---|---|", *rows, ""])


def _is_of_a_test(kind: type[Any]) -> bool:
    return kind.__module__.startswith("test")


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


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
    keyed = path.startswith("/api/")
    if not keyed:
        operation["security"] = []
    if writes:
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in HEADERS)
    for status, (name, _) in ERRORS.items():
        if (writes or status not in ONLY_WHEN_WRITING) and (keyed or status in WITHOUT_KEY):
            operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{name}"})


def _error_response(status: int, text: str) -> Json:
    response: Json = {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
    return response


def _header(name: str, text: str) -> Json:
    return {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}


def version() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def main(arguments: list[str]) -> int:
    current = text()
    if arguments == ["--check"]:
        if FILE.is_file() and FILE.read_text(encoding="utf-8") == current:
            return 0
        print(f"{FILE.relative_to(ROOT)} is not what the code says: run python -m local.tools.openapi", file=sys.stderr)
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(current, encoding="utf-8")
    print(FILE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
