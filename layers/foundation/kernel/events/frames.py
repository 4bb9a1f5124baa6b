"""Events as listeners receive them: frames of server-sent events, the same text over a WebSocket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from msgspec import Struct

CONNECTED = "connected"
KEEPALIVE = "keepalive"


@dataclass(frozen=True)
class Frame:
    """An event as sent to a listener.

    Attributes:
        timestamp: unix seconds.
    """

    id: UUID
    type: str
    timestamp: int
    payload: Any

    @cached_property
    def text(self) -> str:
        """The frame as text. Clients split on exactly this: one line per field, one space after the colon.

        Source: rules 17.
        """
        data = json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.id}\nevent: {self.type}\ndata: {data}\n\n"

    def as_json(self) -> dict[str, Any]:
        """Return the frame as a JSON object."""
        return {"id": str(self.id), "type": self.type, "timestamp": self.timestamp, "payload": self.payload}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the frame that `as_json` described."""
        return cls(UUID(data["id"]), data["type"], data["timestamp"], data["payload"])

    def renamed(self, name: str) -> Frame:
        """Return this frame with another type name."""
        return replace(self, type=name)


class Aliases(Struct, frozen=True):
    """A product's rules for events that listeners receive under another name than their type.

    Attributes:
        earlier: {earlier name of a type: the type}.
        substitutes: {type: predicate}. A listener that wants the type also receives, under its name, each event that
            satisfies the predicate and that the listener did not subscribe to itself.
    """

    earlier: Mapping[str, str]
    substitutes: Mapping[str, Callable[[Frame], bool]]


@dataclass(frozen=True)
class Filter:
    """The types a listener wants, as it named them; no types mean all events."""

    types: tuple[str, ...]
    aliases: Aliases = field(compare=False, repr=False)

    @classmethod
    def of(cls, wanted: str | Iterable[str] | None, aliases: Aliases) -> Self:
        """Return the filter for a list of names.

        Args:
            wanted: names separated by commas, as in a query, or an iterable of names.
        """
        names = wanted.split(",") if isinstance(wanted, str) else wanted or ()
        return cls(tuple(dict.fromkeys(name for name in map(str.strip, names) if name)), aliases)

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """The names that this listener receives, by canonical type; one that lists both gets the canonical name."""
        earlier = self.aliases.earlier
        named = {earlier[name]: name for name in self.types if name in earlier}
        named |= {name: name for name in self.types if name not in earlier}
        return named

    def frame(self, frame: Frame) -> Frame | None:
        """Return the frame as this listener receives it, or None if it is filtered out. Source: rules 17, on names."""
        if not self.types:
            return frame
        name = self._named.get(frame.type) or self._substituted(frame)
        if name is None:
            return None
        return frame if name == frame.type else frame.renamed(name)

    def text(self, frames: Sequence[Frame]) -> str:
        """Return the text of all frames that pass the filter."""
        return "".join(mine.text for frame in frames if (mine := self.frame(frame)) is not None)

    def _substituted(self, frame: Frame) -> str | None:
        """Return the type that the event substitutes for, if this listener wants it."""
        for wanted, takes in self.aliases.substitutes.items():
            if wanted in self._named and takes(frame):
                return wanted
        return None


def connected(id: UUID, timestamp: int, client_id: str, wanted: Filter) -> Frame:
    """Return the frame that greets a listener.

    Args:
        id: of the position in the log from which the listener receives everything.
    """
    return Frame(id, CONNECTED, timestamp, {"client_id": client_id, "filters": list(wanted.types)})


def keepalive(id: UUID, timestamp: int) -> Frame:
    """Return the frame that shows a listener that the connection is alive."""
    return Frame(id, KEEPALIVE, timestamp, None)
