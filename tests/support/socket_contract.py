"""Compares what the socket of Worlds sends with what docs/asyncapi-worlds.json says it sends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator

from local.tools.worlds_socket import METADATA

FILE = Path(__file__).resolve().parents[2] / "docs" / "asyncapi-worlds.json"


@cache
def _document() -> Mapping[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


@cache
def validator(schema: str) -> Draft202012Validator:
    """Return what checks one schema of the document."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": _document()["components"]["schemas"]}}
    )


@cache
def _schema_of(kind: str) -> str:
    document = _document()
    [reference] = [
        each["$ref"].rpartition("/")[2]
        for each in document["operations"]["tell"]["messages"]
        if document["components"]["messages"][each["$ref"].rpartition("/")[2]]["name"] == kind
    ]
    return document["components"]["messages"][reference]["payload"]["$ref"].rpartition("/")[2]


def check_frames(envelopes: Iterable[Mapping[str, Any]]) -> None:
    """Fail for the first envelope that the document does not describe."""
    for envelope in envelopes:
        problems = [
            f"{error.instance_path}: {error.message}"
            for error in validator(_schema_of(envelope["type"])).iter_errors(envelope)
        ]
        assert not problems, (envelope, problems)
        if envelope["type"] == "game_message" and (metadata := envelope["data"]["metadata"]):
            kind = envelope["data"]["type"]
            shapes = [each.__name__ for each in METADATA.get(kind, ())]
            assert any(validator(shape).is_valid(metadata) for shape in shapes), (kind, metadata)
