"""The envelopes that clients receive. Source: worlds 4.2."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from kernel.errors import DomainError

Envelope = dict[str, Any]

MessageKind = Literal[
    "action",
    "area_description",
    "emote",
    "info",
    "movement",
    "player_list",
    "speech",
    "speech_self",
    "system",
    "tell",
    "tell_self",
    "trigger_entry_options",
    "whisper",
    "world_map_data",
]
"""The types of lines that there are. docs/asyncapi-worlds.json describes them."""


def game_message(kind: MessageKind, text: str, at: datetime, metadata: Mapping[str, Any] | None = None) -> Envelope:
    """Return a line for the log of a player."""
    stamp = _stamp(at)
    data = {"id": str(uuid4()), "type": kind, "text": text, "timestamp": stamp, "metadata": dict(metadata or {})}
    return {"type": "game_message", "data": data, "timestamp": stamp}


def other(kind: str, data: Mapping[str, Any], at: datetime) -> Envelope:
    """Return an envelope that is no line: state_update, map_update, pong."""
    return {"type": kind, "data": dict(data), "timestamp": _stamp(at)}


def refusal(error: DomainError, at: datetime) -> Envelope:
    """Return why something was refused."""
    data: dict[str, Any] = {"code": error.capital_code or error.code.upper(), "message": str(error)}
    return {"type": "error", "data": data, "timestamp": _stamp(at)}


def frame(envelopes: Iterable[Mapping[str, Any]]) -> str:
    """Return what is sent in one frame: a document per line."""
    return "\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in envelopes)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
