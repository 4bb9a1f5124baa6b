"""Events as listeners get them: frames of server-sent events, the same text over a WebSocket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self
from uuid import UUID

CONNECTED = "connected"
KEEPALIVE = "keepalive"


@dataclass(frozen=True)
class Frame:
    """
    Attributes:
        timestamp: unix seconds.
    """

    id: UUID
    type: str
    timestamp: int
    payload: Any

    @cached_property
    def text(self) -> str:
        """Clients split on exactly this: one line per field, one space after the colon. Source: rules 17."""
        data = json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.id}\nevent: {self.type}\ndata: {data}\n\n"

    def as_json(self) -> dict[str, Any]:
        return {"id": str(self.id), "type": self.type, "timestamp": self.timestamp, "payload": self.payload}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(UUID(data["id"]), data["type"], data["timestamp"], data["payload"])

    def renamed(self, name: str) -> Frame:
        return replace(self, type=name)


@dataclass(frozen=True, slots=True)
class Aliases:
    """A product's rules for events that listeners get under another name than their type.

    Attributes:
        earlier: {earlier name of a type: the type}.
        substitutes: {a type: whether a listener that wants it gets this event under its name}, for events of other
            types that the listener has not asked for.
    """

    earlier: Mapping[str, str]
    substitutes: Mapping[str, Callable[[Frame], bool]]


@dataclass(frozen=True)
class Filter:
    """The types a listener wants, as it has named them; none: everything."""

    types: tuple[str, ...]
    aliases: Aliases = field(compare=False, repr=False)

    @classmethod
    def of(cls, wanted: str | Iterable[str] | None, aliases: Aliases) -> Self:
        """
        Args:
            wanted: a comma list, as in a query, or the names one by one.
        """
        names = wanted.split(",") if isinstance(wanted, str) else wanted or ()
        return cls(tuple(dict.fromkeys(name for name in map(str.strip, names) if name)), aliases)

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """Canonical type -> the name under which this listener gets it; who lists both gets the canonical one."""
        earlier = self.aliases.earlier
        named = {earlier[name]: name for name in self.types if name in earlier}
        named |= {name: name for name in self.types if name not in earlier}
        return named

    def frame(self, frame: Frame) -> Frame | None:
        """The frame as this listener gets it, if it does. Source: rules 17, on names."""
        if not self.types:
            return frame
        name = self._named.get(frame.type) or self._substituted(frame)
        if name is None:
            return None
        return frame if name == frame.type else frame.renamed(name)

    def text(self, frames: Sequence[Frame]) -> str:
        """All that this listener gets of them."""
        return "".join(mine.text for frame in frames if (mine := self.frame(frame)) is not None)

    def _substituted(self, frame: Frame) -> str | None:
        """The name of what the event stands for, if this listener wants that."""
        for wanted, takes in self.aliases.substitutes.items():
            if wanted in self._named and takes(frame):
                return wanted
        return None


def connected(id: UUID, timestamp: int, client_id: str, wanted: Filter) -> Frame:
    """
    Args:
        id: of the place in the log from which on the listener hears everything.
    """
    return Frame(id, CONNECTED, timestamp, {"client_id": client_id, "filters": list(wanted.types)})


def keepalive(id: UUID, timestamp: int) -> Frame:
    return Frame(id, KEEPALIVE, timestamp, None)
