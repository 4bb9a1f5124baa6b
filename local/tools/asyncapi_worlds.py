"""Describes the socket of Worlds and the events of its log: `python -m local.tools.asyncapi_worlds [--check]`."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from local.tools import capital_codes
from local.tools.generated import ROOT, write_or_check
from local.tools.openapi import groups, version
from local.tools.openapi_examples import Examples
from local.tools.openapi_schemas import without_titles
from local.tools.worlds_socket import FROM_CLIENT, FROM_SERVER, METADATA
from worlds.log.models import WorldEvent
from worlds.play.closing import REASONS
from worlds.play.frames import MOST
from worlds.play.service import SCROLLBACK

FILE: Final = ROOT / "docs" / "asyncapi-worlds.json"

Json = dict[str, Any]

DESCRIPTION: Final = f"""\
The socket on which Worlds is played, and the events of its log. docs/worlds.md says how it works.

A client sends a JSON document in a frame; up to {MOST} may be joined by newlines. An answer comes back on the same
connection, as one frame with a document per line, and carries the command's `command_id`. What others do comes as
posts, one or more per frame, numbered by `seq` for each character. After connecting, the last {SCROLLBACK} lines of
a player come again with `"again": true`, then the map, a greeting and the state.

A connection opens with `character_id` and one of these: `ticket` (from `POST /api/session/ticket`, for pages on another
host), the session's cookie from an origin that is allowed, `Authorization: Bearer`, or `token`. It is refused before it
opens with the status and the body of the HTTP API's errors. A second connection for the same character ends the
first."""


def document() -> Json:
    """Return the AsyncAPI document."""
    for _ in groups():  # imports every module that declares an event
        pass
    schemas: Json = {}
    messages: Json = {}
    for shape in (*FROM_CLIENT, *FROM_SERVER):
        messages[shape.__name__] = _message(shape, shape.model_fields["type"].annotation, schemas)
    for shapes in METADATA.values():
        for shape in shapes:
            _add(shape, schemas)
    messages["Error"]["description"] = _codes()
    events = sorted(_events(WorldEvent), key=lambda event: event.type)
    for event in events:
        schemas[f"{event.type}Payload"] = _payload(event, schemas)
        messages[event.type] = _stored(event)
    examples = Examples(schemas)
    for message in messages.values():
        message["examples"] = [{"payload": examples.of(message["payload"])}]
    client, server = [each.__name__ for each in FROM_CLIENT], [each.__name__ for each in FROM_SERVER]
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Brandish Worlds",
            "version": version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "The local stack; deployed, `websocket_url` of `GET /api/session/state`.",
                "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _security()],
            }
        },
        "channels": {
            "play": {
                "address": "/api/game/ws",
                "description": "What a player does, and what they read.",
                "messages": _references(client + server),
            },
            "log": {
                "address": None,
                "description": (
                    "The log of Worlds, the table worlds.events: it is sent to no one. `make worlds-replay` reads it."
                ),
                "messages": _references(event.type for event in events),
            },
        },
        "operations": {
            "play": _operation("receive", "Players act.", "play", client),
            "tell": _operation("send", "Worlds answers, and tells what happens.", "play", server),
            "record": _operation("send", "Worlds records what happened.", "log", [event.type for event in events]),
        },
        "components": {
            "messages": messages,
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": _security(),
        },
    }


def _references(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _operation(action: str, summary: str, channel: str, names: Iterable[str]) -> Json:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }


def _message(shape: type[BaseModel], kind: Any, schemas: Json) -> Json:
    _add(shape, schemas)
    return {
        "name": kind.__args__[0],
        "title": kind.__args__[0],
        "summary": _summary(shape),
        "payload": {"$ref": f"#/components/schemas/{shape.__name__}"},
    }


def _add(shape: type[BaseModel], schemas: Json) -> None:
    _, found = models_json_schema([(shape, "validation")], ref_template="#/components/schemas/{model}")
    for name, schema in found["$defs"].items():
        without_titles(schema, top=True)
        if schema.get("additionalProperties") is False:  # what we send; clients may send null for what they leave out
            schema["properties"] = {each: _without_null(value) for each, value in schema["properties"].items()}
        schemas[name] = schema


def _without_null(value: Json) -> Json:
    """Return the schema of a property that is left out when there is nothing to say: it is not null then."""
    if "default" not in value or value["default"] is not None or "anyOf" not in value:
        return value
    kept = {key: each for key, each in value.items() if key not in ("anyOf", "default")}
    return next(each for each in value["anyOf"] if each.get("type") != "null") | kept


def _stored(event: type[WorldEvent]) -> Json:
    def text(**more: Any) -> Json:
        return {"type": "string", **more}

    properties: Json = {
        "number": {"type": "integer", "description": "In the order of the log."},
        "event_id": text(format="uuid"),
        "event_type": {"const": event.type},
        "aggregate_type": text(examples=["character"], description="What it happened to: a character or a world."),
        "aggregate_id": text(format="uuid"),
        "version": {"type": "integer", "minimum": 1, "description": "Of the aggregate after it, without gaps."},
        "schema_version": {"const": event.schema_version, "description": "Of the payload."},
        "occurred_at": text(format="date-time"),
        "payload": {"$ref": f"#/components/schemas/{event.type}Payload"},
        "metadata": {
            "type": "object",
            "description": "What caused it, if known.",
            "properties": {"request_id": text(), "command_id": {"type": ["string", "null"]}},
        },
    }
    return {
        "name": event.type,
        "title": event.type,
        "summary": _summary(event),
        "payload": {"type": "object", "required": list(properties), "properties": properties},
    }


def _payload(event: type[WorldEvent], schemas: Json) -> Json:
    event.model_rebuild(_types_namespace=vars(import_module(event.__module__)))
    schema = event.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    without_titles(schema)
    return schema


def _codes() -> str:
    rows = [f"| `{code}` | {meaning} |" for code, (_, meaning) in capital_codes.of_socket().items()]
    reasons = [f"| `{error.capital_code or error.code.upper()}` | {error.message} |" for error in REASONS.values()]
    return "\n".join(
        [
            "| Code | Meaning |",
            "|---|---|",
            *rows,
            "",
            "The last frame before we close a connection is one of these, without `command_id`:",
            "",
            "| Code | Message |",
            "|---|---|",
            *reasons,
        ]
    )


def _security() -> Json:
    return {
        "Ticket": {"type": "httpApiKey", "name": "ticket", "in": "query"},
        "Cookie": {"type": "httpApiKey", "name": "brandish_session", "in": "cookie"},
        "Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "Token": {"type": "httpApiKey", "name": "token", "in": "query"},
    }


def _summary(kind: type[Any]) -> str:
    return inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]


def _events(kind: type[WorldEvent]) -> Iterator[type[WorldEvent]]:
    for each in kind.__subclasses__():
        if "type" in vars(each) and not each.__module__.startswith("test"):
            yield each
        yield from _events(each)


def text() -> str:
    """Return the file's text."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or check it; return the exit status."""
    return write_or_check(FILE, text(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
