"""Writes the description of all events that listeners receive: `python -m local.tools.asyncapi [--check]`."""

from __future__ import annotations

import inspect
import json
import sys
from importlib import import_module
from typing import Any, Final

from community.event_aliases import ALIASES
from functions.shared.sockets.closing import SENTENCES
from kernel.events.frames import CONNECTED, KEEPALIVE
from kernel.events.models import Event
from local.tools.generated import ROOT, write_or_check
from local.tools.openapi import groups, version
from local.tools.openapi_examples import ALICE, Examples
from local.tools.openapi_schemas import event_types, without_titles

FILE: Final = ROOT / "docs" / "asyncapi.json"

Json = dict[str, Any]

DESCRIPTION: Final = """\
Everything that happens in the game, as listeners receive it: over a WebSocket, or as server-sent events from
`GET /api/v1/events` in the same text format. docs/listening.md tells how to connect, filter and resume.

A WebSocket message holds one or more frames. Each is `id: ...`, `event: ...` and `data: ...` on a line each, and an
empty line; the messages below describe the JSON after `data: `. One message is no frame and begins with `{`: `closing`,
the last one before we close a WebSocket."""


def document() -> Json:
    """Return the AsyncAPI document: one message per event type."""
    for _ in groups():  # imports every module that declares an event
        pass
    messages: Json = {}
    schemas: Json = {}
    for name, event in event_types().items():
        schemas[event.__name__] = _payload(event, schemas)
        messages[event.__name__] = _message(name, _summary(event), {"$ref": f"#/components/schemas/{event.__name__}"})
    connected = {
        "type": "object",
        "required": ["client_id", "filters"],
        "properties": {"client_id": {"type": "string"}, "filters": {"type": "array", "items": {"type": "string"}}},
    }
    messages["Connected"] = _message(CONNECTED, "The first frame, and the answer to `subscribe`.", connected)
    messages["Keepalive"] = _message(KEEPALIVE, "Shows that the connection is alive.", {"type": "null"})
    for earlier, name in ALIASES.earlier.items():
        now = event_types()[name].__name__
        messages[now]["description"] = f"A listener that asks for `{earlier}` receives it under that name."
    examples = Examples(schemas)
    for message in messages.values():
        message["examples"] = [{"payload": examples.of(message["payload"])}]
    messages["Closing"] = _closing()
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Brandish events",
            "version": version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "The local stack; deployed, the output WebSocketUrl.",
                "security": [{"$ref": "#/components/securitySchemes/Ticket"}],
            }
        },
        "channels": {
            "realtime": {
                "address": "/realtime",
                "description": "All events, in the order of the log, each once.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            },
        },
        "operations": {
            "listen": {
                "action": "send",
                "summary": "The game sends events to its listeners.",
                "channel": {"$ref": "#/channels/realtime"},
                "messages": [{"$ref": f"#/channels/realtime/messages/{name}"} for name in messages],
            },
        },
        "components": {
            "messages": messages,
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"Ticket": {"type": "httpApiKey", "name": "ticket", "in": "query"}},
        },
    }


def _message(name: str, summary: str, payload: Json) -> Json:
    return {
        "name": name,
        "title": name,
        "summary": summary,
        "payload": {
            "type": "object",
            "required": ["id", "type", "timestamp", "payload"],
            "properties": {
                "id": {"type": "string", "format": "uuid", "examples": [ALICE]},
                "type": {"const": name},
                "timestamp": {"type": "integer", "description": "Unix seconds.", "examples": [1795980600]},
                "payload": payload,
            },
        },
    }


def _closing() -> Json:
    meanings = "; ".join(f"`{code}`: {sentence}" for code, sentence in SENTENCES.items())
    return {
        "name": "closing",
        "title": "closing",
        "summary": "Why we close the WebSocket; its closing code is always 1000.",
        "description": meanings,
        "payload": {
            "type": "object",
            "required": ["error", "code"],
            "properties": {"error": {"type": "string"}, "code": {"enum": list(SENTENCES)}},
        },
        "examples": [{"payload": {"error": sentence, "code": code}} for code, sentence in SENTENCES.items()],
    }


def _payload(event: type[Event], schemas: Json) -> Json:
    module = import_module(event.__module__)
    event.model_rebuild(_types_namespace=vars(module))
    schema = event.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    without_titles(schema, top=True)
    return schema


def _summary(event: type[Event]) -> str:
    return inspect.cleandoc(event.__doc__ or "").partition("\n")[0] or f"{event.type}."


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    return write_or_check(FILE, text(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
