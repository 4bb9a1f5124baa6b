"""Parsing what clients send. Source: worlds 4.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from kernel.naming import is_unicode
from kernel.texts import number
from worlds.acting.models import InvalidCommand
from worlds.commands.models import CommandTooLong
from worlds.commands.parsing import LONGEST, line_of

MAX_ID: Final = 64
MOST: Final = 8
"""Messages in a frame: each is a transaction of its own."""


class ClientFrame(Struct, frozen=True):
    """A message of a client.

    Attributes:
        kind: command or ping; invalid for a command that no one can read.
        command_id: made by the client, so that a repeat is recognised; None if it made none.
        text: of a command; of an invalid one, what is wrong with it.
    """

    kind: str
    command_id: str | None
    text: str = ""


def read(body: str) -> list[ClientFrame]:
    """Return the messages of a frame: several documents may be joined by newlines.

    Raises:
        InvalidCommand
    """
    lines = [line for line in body.split("\n") if line.strip()]
    try:
        documents = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        try:
            documents = [json.loads(body)]  # one document, written over several lines
        except (ValueError, RecursionError):
            raise InvalidCommand(
                problem='A message is a JSON document: {"type": "command", "data": {"text": "look"}}.'
            ) from None
    if not documents:
        raise InvalidCommand(problem="The message is empty.")
    if len(documents) > MOST:
        raise InvalidCommand(problem=f"A frame holds at most {MOST} messages.")
    return [_frame(document) for document in documents]


def _frame(document: Any) -> ClientFrame:
    if not isinstance(document, dict):
        raise InvalidCommand(problem="A message is a JSON object.")
    data = document.get("data") or {}
    if not isinstance(data, dict):
        raise InvalidCommand(problem="data: a JSON object.")
    command_id = document.get("id", data.get("id"))
    if command_id is not None and not (
        isinstance(command_id, str) and 1 <= len(command_id) <= MAX_ID and _is_storable(command_id)
    ):
        raise InvalidCommand(problem=f"id: a text of 1 to {MAX_ID} characters.")
    match document.get("type"):
        case "ping":
            return ClientFrame("ping", command_id)
        case "command":
            return _command(command_id, _text(data))
        case "interview_response":
            return _command(command_id, f"tell statue {_written(data, 'text')}")
        case other:
            named = f"type {other[:MAX_ID]!r}" if isinstance(other, str) else "such type"
            raise InvalidCommand(problem=f"There is no {named}. Send a command, or a ping.")


def _command(command_id: str | None, text: str) -> ClientFrame:
    if len(text) > LONGEST:
        return ClientFrame("invalid", command_id, str(CommandTooLong(most=number(LONGEST))))
    if not _is_storable(text):
        return ClientFrame("invalid", command_id, "A command is text: it has no NUL and no half of a character.")
    return ClientFrame("command", command_id, text)


def _is_storable(text: str) -> bool:
    return "\0" not in text and is_unicode(text)


def _text(data: Mapping[str, Any]) -> str:
    """Return a command's text; the older form has its parts apart."""
    if "text" in data:
        return _written(data, "text")
    quantity = data.get("quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, int | str | None):
        raise InvalidCommand(problem="quantity: a number, or a text such as all.")
    others = {name: _written(data, name) for name in ("recipient", "target", "message") if data.get(name) is not None}
    return line_of(_written(data, "action"), quantity="" if quantity is None else str(quantity), **others)


def _written(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise InvalidCommand(problem=f"{name}: a text.")
    return value
