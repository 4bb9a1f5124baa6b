"""The envelopes that clients receive. Source: worlds 4.2."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import uuid4

from kernel.errors import DomainError

Envelope = dict[str, Any]

ROOM: Final = 112 * 1024
"""Bytes of answers in a message. The gateway sends 128 KB: refusals and pongs always fit in."""
FRAME_BYTES: Final = 30 * 1024
"""Of posts in a frame, unless one alone is larger: the gateway sends and bills 32 KB at a time."""

MessageKind = Literal[
    "action",
    "area_description",
    "combat",
    "dialogue",
    "emote",
    "info",
    "movement",
    "player_list",
    "speech",
    "speech_self",
    "start_interview",
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
    """Return an envelope that is no line: state_update, map_update, around_update, pong."""
    return {"type": kind, "data": dict(data), "timestamp": _stamp(at)}


def refusal(error: DomainError, at: datetime) -> Envelope:
    """Return why something was refused."""
    data: dict[str, Any] = {"code": error.capital_code or error.code.upper(), "message": str(error)}
    return {"type": "error", "data": data, "timestamp": _stamp(at)}


def frame(envelopes: Iterable[Mapping[str, Any]]) -> str:
    """Return what is sent in one frame: a document per line."""
    return "\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in envelopes)


def pack(envelopes: Iterable[Mapping[str, Any]], room: int) -> tuple[list[str], int]:
    """Pack as many envelopes as fit into so many bytes into frames, in their order.

    Returns:
        The frames, and how many envelopes they hold.
    """
    frames: list[str] = []
    free = packed = 0
    for each in envelopes:
        document = frame([each])
        taken = len(document.encode()) + 1
        if taken > room:
            break
        if taken <= free:
            frames[-1] += "\n" + document
        else:
            frames.append(document)
            free = FRAME_BYTES
        room, free, packed = room - taken, free - taken, packed + 1
    return frames, packed


def size(envelopes: Iterable[Mapping[str, Any]]) -> int:
    """Return how many bytes a frame has."""
    return len(frame(envelopes).encode())


def split(envelopes: Sequence[Envelope], room: int) -> tuple[list[Envelope], list[Envelope]]:
    """Return those that fit into so many bytes, and what comes after them."""
    for place, each in enumerate(envelopes):
        room -= size([each]) + 1
        if room < 0:
            return [*envelopes[:place]], [*envelopes[place:]]
    return [*envelopes], []


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
