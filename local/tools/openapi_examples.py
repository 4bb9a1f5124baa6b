"""The examples of a document: those that `openapi_recording` has recorded, and others made up from the schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft202012Validator

from local.tools.openapi_schemas import without_alias

Json = dict[str, Any]

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "docs" / "examples.json"

ALICE: Final = "0b6e0c4e-7a4e-4b43-9d3a-1d1a2f0d2a11"
GAMBLE: Final = "6f9f1d0a-3a53-4f0e-8a8e-2f1f3a6f9c55"
EVENING: Final = "2026-11-29T19:30:00Z"

OF_FIELD: Final[Mapping[str, Any]] = {
    "action": "search",
    "build_time": EVENING,
    "description": "Digs where others only look.",
    "display_name": "Shop",
    "email": "ann@example.org",
    "event_type": "item.sold",
    "events_path": "/api/v1/events?ticket=v1.1764444200.3f9d",
    "filter": "sellable",
    "gamble_id": GAMBLE,
    "git_commit": "1f0c2d9",
    "go_version": "python3.13",
    "initiator_id": ALICE,
    "item_name": "item_spade",
    "job_key": "job_merchant",
    "limit": "20",
    "last_event_id": "0193f0b2-7c1d-7a52-9a61-0d7f0f3b7c11",
    "Last-Event-ID": "0193f0b2-7c1d-7a52-9a61-0d7f0f3b7c11",
    "message": "Done.",
    "metric": "messages",
    "name": "my-bot",
    "node_key": "feature_economy",
    "notification_id": "17",
    "password": "correct horse 9 Battery",
    "current_password": "Tr0ub4dor and 3",
    "payload": {"item_name": "item_spade", "quantity": 2, "money_gained": 80},
    "period": "daily",
    "platform": "twitch",
    "platform_id": "1001",
    "public_name": "spade",
    "quality_level": "COMMON",
    "quantity": 2,
    "quest_key": "big_spender",
    "reason": "a thank you",
    "recipe": "lootbox_tier1",
    "recipe_key": "lootbox_tier1",
    "reset_by": "alice",
    "source": "item.sold",
    "state": "joining",
    "status": "ok",
    "ticket": "v1.1764444200.3f9d",
    "topic": "gambles",
    "types": "job.level_up",
    "user": "alice",
    "user_id": ALICE,
    "username": "alice",
    "value": 1,
    "version": "0.1.0",
    "websocket_url": "wss://example.com/realtime?ticket=v1.1764444200.3f9d",
    "winner_id": ALICE,
}
"""By the name of a property or parameter, where its schema allows the value."""

_BY_FORMAT: Final[Mapping[str, Any]] = {"uuid": ALICE, "date-time": EVENING, "date": EVENING[:10]}
_BY_TYPE: Final[Mapping[str, Any]] = {"boolean": True, "number": 1.5, "string": "text", "null": None}


def add(merged: Json) -> None:
    """Add an example to every body, answer and parameter of a document: recorded where there is one, else made up."""
    schemas: Json = merged["components"]["schemas"]
    examples = Examples(schemas)
    recorded = _recorded(merged["paths"])
    for operations in merged["paths"].values():
        for operation in operations.values():
            sent, answers = recorded.get(without_alias(operation["operationId"]), ({}, {}))
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
        _, answers = found.setdefault(without_alias(paths[path][method.lower()]["operationId"]), (example["sent"], {}))
        answers[rest.rpartition(" ")[2]] = example["answer"]
    return found


class Examples:
    """Makes examples that fit the schemas of one document."""

    def __init__(self, schemas: Mapping[str, Json]) -> None:
        self._schemas = schemas

    def of(self, schema: Json, name: str = "") -> Any:
        """Return an example.

        Args:
            name: of the property or parameter that has this schema.
        """
        schema = self._resolved(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if name in OF_FIELD and self._fits(schema, OF_FIELD[name]):
            return OF_FIELD[name]
        if name.endswith("_id") and self._fits(schema, ALICE):
            return ALICE
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema or "oneOf" in schema:
            return self.of(self._first(schema), name)
        return self._by_type(schema, name)

    def _by_type(self, schema: Json, name: str) -> Any:
        match schema.get("type"):
            case "object" if "properties" in schema:
                return {
                    each: self.of(value, each)
                    for each, value in schema["properties"].items()
                    if each in schema.get("required", ()) or not value.get("deprecated")
                }
            case "object":
                others = schema.get("additionalProperties")
                value = self.of(others, name) if isinstance(others, dict) else 1
                return {"key": value}
            case "array" if "prefixItems" in schema:
                return [self.of(each, name) for each in schema["prefixItems"]]
            case "array":
                return [self.of(schema["items"], name)]
            case "integer":
                return max(3, int(schema.get("minimum", 3)))
            case kind:
                return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(kind or "null"))

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _first(self, schema: Json) -> Json:
        return next(each for each in schema.get("anyOf") or schema["oneOf"] if each.get("type") != "null")

    def _fits(self, schema: Json, value: Any) -> bool:
        document = schema | {"components": {"schemas": self._schemas}}
        return Draft202012Validator(document, validate_formats=True).is_valid(value)
