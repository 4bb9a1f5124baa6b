"""Parsing what clients send: the query on connecting, and messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from community.event_aliases import ALIASES
from kernel.errors import Refused
from kernel.events.frames import Filter

MAX_TYPES_LENGTH = 4000
"""The limit, in characters, for all names together."""


class InvalidMessage(Refused):
    """A message or a query has an invalid field."""

    code = "validation"
    message = "{what}"


class NotJson(Refused):
    """A message is not a JSON object."""

    code = "bad_json"
    message = "A message is a JSON object."


class Ping(Struct, frozen=True):
    """A ping from a client."""


class Subscription(Struct, frozen=True):
    """A subscription from a client.

    Attributes:
        position: the id of the last frame that the client received; None: from now on.
    """

    wanted: Filter
    position: UUID | None


def read_query(query: Mapping[str, str]) -> Subscription:
    """Parse the query of a new connection.

    Raises:
        InvalidMessage
    """
    return _subscription(query)


def read_message(body: str) -> Ping | Subscription:
    """Parse a message.

    Raises:
        NotJson, InvalidMessage
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise NotJson from None
    if not isinstance(message, dict):
        raise NotJson
    match message.get("action"):
        case "ping":
            return Ping()
        case "subscribe":
            return _subscription(message)
        case _:
            raise InvalidMessage(what='action: "subscribe" or "ping".')


def _subscription(message: Mapping[str, Any]) -> Subscription:
    return Subscription(_filter(message.get("types")), _position(message.get("last_event_id")))


def _filter(types: Any) -> Filter:
    names: list[Any] = types.split(",") if isinstance(types, str) else [] if types is None else types
    if not isinstance(names, list) or not all(map(_is_name, names)):
        raise InvalidMessage(what="types: a list of names, or the names with commas between them.")
    if sum(len(name) + 1 for name in names) > MAX_TYPES_LENGTH:
        raise InvalidMessage(what=f"types: at most {MAX_TYPES_LENGTH} characters.")
    return Filter.of(names, ALIASES)


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name.isprintable() and "," not in name


def _position(last_event_id: Any) -> UUID | None:
    if last_event_id is None or last_event_id == "":
        return None
    try:
        return UUID(last_event_id)
    except (ValueError, TypeError, AttributeError):
        raise InvalidMessage(what="last_event_id: the id of a frame.") from None
