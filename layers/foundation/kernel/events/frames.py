"""Events as listeners get them: frames of server-sent events, the same text over a WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self
from uuid import UUID

TARGET_SET = "progression.target.set"
VOTING_STARTED = "progression.voting_started"

LEGACY = {
    "progression.cycle_completed": "progression.cycle.completed",
    "gamble.completed": "gamble.complete",
}
"""Earlier names of types. Source: rules 17."""

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

    def called(self, name: str) -> Frame:
        return replace(self, type=name)


@dataclass(frozen=True)
class Filter:
    """The types a listener wants, as it has named them; none: everything."""

    types: tuple[str, ...] = ()

    @classmethod
    def of(cls, wanted: str | Iterable[str] | None) -> Self:
        """
        Args:
            wanted: a comma list, as in a query, or the names one by one.
        """
        names = wanted.split(",") if isinstance(wanted, str) else wanted or ()
        return cls(tuple(dict.fromkeys(name for name in map(str.strip, names) if name)))

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """Canonical type -> the name under which this listener gets it; who lists both gets the canonical one."""
        named = {LEGACY[name]: name for name in self.types if name in LEGACY}
        named |= {name: name for name in self.types if name not in LEGACY}
        return named

    def frame(self, frame: Frame) -> Frame | None:
        """The frame as this listener gets it, if it does. Source: rules 17, on names."""
        if not self.types:
            return frame
        name = self._named.get(frame.type)
        if name is None and frame.type == TARGET_SET and VOTING_STARTED in self._named and _auto_selected(frame):
            name = VOTING_STARTED  # who waits for a vote hears in this way that there is none
        if name is None:
            return None
        return frame if name == frame.type else frame.called(name)

    def text(self, frames: Sequence[Frame]) -> str:
        """All that this listener gets of them."""
        return "".join(mine.text for frame in frames if (mine := self.frame(frame)) is not None)


def connected(id: UUID, timestamp: int, client_id: str, wanted: Filter) -> Frame:
    """
    Args:
        id: of the place in the log from which on the listener hears everything.
    """
    return Frame(id, CONNECTED, timestamp, {"client_id": client_id, "filters": list(wanted.types)})


def keepalive(id: UUID, timestamp: int) -> Frame:
    return Frame(id, KEEPALIVE, timestamp, None)


def _auto_selected(frame: Frame) -> bool:
    return isinstance(frame.payload, dict) and bool(frame.payload.get("auto_selected"))
