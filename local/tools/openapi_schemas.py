"""The schemas of the API as generators of clients need them: named once, with enumerations and without noise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from community.inventory.models import Quality
from community.players.models import PLATFORMS
from community.voting.ballot_events import VoteRecorded  # logged, but not with its player
from doors.errors import BY_STATUS, STATUS
from kernel.errors import DomainError
from kernel.events.models import Event
from local.tools import capital_codes

Json = dict[str, Any]

OTHER_CODES: Final[Mapping[str, tuple[int, str]]] = {
    **{code: (status, meaning) for status, (code, meaning) in BY_STATUS.items()},
    "invalid_platform": (400, "The platform must be twitch, youtube or discord."),
    "missing_parameter": (400, "A parameter is missing from the query; `fields` names it."),
    "validation": (400, "A field has a wrong value; `fields` says which, and why."),
    "forbidden": (403, "The key's role may not do this."),
    "body_too_large": (413, "A request may have at most 1 MiB."),
    "rate_limited": (429, "Too many requests from this key or address."),
    "internal": (500, "Something went wrong on our side."),
    "unavailable": (503, "Too many players at once, or the database cannot be reached."),
    # Of Personas: functions.personas.door.
    "invalid_json": (400, "The body is not JSON, or no object."),
    "unknown_field": (400, "The request has no such field."),
    "invalid_id": (400, "This is not an id."),
    "invalid_field": (400, "A field has a wrong value; the sentence says which, and why."),
    "invalid_limit": (400, "The limit is not within its bounds."),
    "invalid_cursor": (400, "The cursor is none that an answer has given."),
}
"""Errors that are no refusal of a use case: code -> (status, meaning)."""

TWO_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "RegisterRequest": ("AccountToLink", "RegisterTwoAccounts"),
    "WeightsRequest": ("WeightRequest", "SeveralWeights"),
}
"""Requests that may be sent in a short form: (its schema, the name for the schema of the long form)."""

ENUMERATIONS: Final[Mapping[str, str | None]] = {
    "Error.code": "ErrorCode",
    "EventRow.event_type": None,  # the log also has the house's own events, and what administrators broadcast
    "Info.platform": None,  # the client's own word for where the text appears, "streamerbot" for example
    "known_platform": "Platform",
    "linked_platforms": "Platform",
    "new_platform": "Platform",
    "owner_platform": "Platform",
    "platform": "Platform",
    "quality_level": "Quality",
    "receiver_platform": "Platform",
    "source_platform": "Platform",
    "target_platform": "Platform",
}
"""The schema of a text field's values, by `field` or `Schema.field`."""


def complete(merged: Json) -> None:
    """Turn the schemas and references of a merged document, in place, into those that are published."""
    schemas: Json = merged["components"]["schemas"]
    _split_forms(schemas)
    _name_results(merged)
    schemas.update({name: _with_enumerations(schema) for name, schema in schemas.items()})
    schemas.update(_enumerations())
    merged["paths"] = _with_enumerations(merged["paths"])
    _drop_unused(merged)


NOT_OVER_HTTP: Final = ("functions.shared.discord.", "personas.channels.", "worlds.")
"""Modules whose refusals have no such code: some are seen on Discord only, and those of Worlds are in capitals."""


def codes() -> dict[str, tuple[int, str]]:
    """Return all error codes of the API, with their status and meaning: code -> (status, sentence)."""
    refusals: dict[str, tuple[int, str]] = {}
    for error in sorted(_subclasses(DomainError), key=lambda error: (error.__module__, error.__name__)):
        if hasattr(error, "message") and not _is_of_a_test(error) and not error.__module__.startswith(NOT_OVER_HTTP):
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


def code_table() -> str:
    """Return the error codes as Markdown."""
    rows = [f"| `{code}` | {status} | {meaning} |" for code, (status, meaning) in codes().items()]
    capitals = [f"| `{code}` | {status} | {meaning} |" for code, (status, meaning) in capital_codes.of_http().items()]
    head = ["", "| Code | Status | Meaning |", "|---|---|---|"]
    said = (
        "Below /api/auth, /api/session, /api/interview, /api/game and /api/world; "
        "docs/asyncapi-worlds.json has those of the socket."
    )
    return "\n".join(
        ["", "## Error codes", *head, *rows, "", "## Error codes in capitals", "", said, *head, *capitals, ""]
    )


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
        without_titles(schema, top=True)
    for operations in merged["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                without_titles(parameter.get("schema", {}))
            for response in operation["responses"].values():
                content = response.get("content", {}).get("application/json")
                if content is None or "$ref" in content["schema"]:
                    continue
                schema = content["schema"]
                without_titles(schema)
                if "items" in schema:
                    title = f"{schema['items']['$ref'].rpartition('/')[2]}List"
                else:
                    name = without_alias(operation["operationId"])
                    title = "".join(word.capitalize() for word in name.split("_")) + "Result"
                schemas[title] = schema | {"title": title}
                content["schema"] = {"$ref": f"#/components/schemas/{title}"}


def without_alias(operation_id: str) -> str:
    """Return the id of the operation of which this may be an alias."""
    return re.sub(r"_alias\d*$", "", operation_id)


def without_titles(schema: Any, *, top: bool = False) -> None:
    """Remove the titles that repeat a property's name: generators make a class of each title."""
    if isinstance(schema, dict):
        if not top and isinstance(schema.get("title"), str):
            del schema["title"]
        for key, each in schema.items():
            if key == "properties":
                for value in each.values():
                    without_titles(value)
            elif key not in ("examples", "example"):
                without_titles(each)
    elif isinstance(schema, list):
        for each in schema:
            without_titles(each)


def _enumerations() -> Json:
    def enum(title: str, description: str, values: Any) -> Json:
        return {"title": title, "type": "string", "description": description, "enum": list(values)}

    return {
        "ErrorCode": enum("ErrorCode", "What went wrong, for programs. The introduction lists them.", codes()),
        "CapitalErrorCode": enum(
            "CapitalErrorCode", "What went wrong, for programs. The introduction lists them.", capital_codes.of_http()
        ),
        "EventType": enum("EventType", "The type of an event.", event_types()),
        "Platform": enum("Platform", "Requests may use any case.", sorted(PLATFORMS)),
        "Quality": enum("Quality", "From worst to best.", Quality),
    }


def _with_enumerations(value: Any, enumeration: str | None = None) -> Any:
    """Refer to the one schema of an enumeration wherever a field holds its values.

    Args:
        enumeration: of the field whose schema, or a part of it, this is.
    """
    if isinstance(value, list):
        return [_with_enumerations(each, enumeration) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("enum") == sorted(PLATFORMS):
        enumeration = "Platform"
    if enumeration and value.get("type") == "string":
        kept = {key: each for key, each in value.items() if key in ("default", "description", "deprecated")}
        return {"$ref": f"#/components/schemas/{enumeration}"} | kept
    made: Json = {}
    for key, each in value.items():
        if key == "properties":
            made[key] = {
                field: _with_enumerations(
                    schema, ENUMERATIONS.get(f"{value.get('title')}.{field}", ENUMERATIONS.get(field))
                )
                for field, schema in each.items()
            }
        elif key in ("examples", "example", "default", "enum"):
            made[key] = each
        else:
            made[key] = _with_enumerations(each, enumeration)
    return made


def _drop_unused(merged: Json) -> None:
    """Remove schemas that nothing refers to: those of values that clients write as text, and what only those need."""
    schemas: Json = merged["components"]["schemas"]
    while unused := schemas.keys() - set(_references(merged)):
        for name in unused:
            del schemas[name]


def _references(value: Any) -> Iterator[str]:
    """Find the names of the schemas that are referred to."""
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rpartition("/")[2]
        for each in value.values():
            yield from _references(each)


def _is_of_a_test(kind: type[Any]) -> bool:
    return kind.__module__.startswith("test")


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
