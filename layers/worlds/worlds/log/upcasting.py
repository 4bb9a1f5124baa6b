"""Reading events of earlier schemas: a stored event is led step by step to what the code of today knows.

Stored rows stay as they are. Source: worlds 25.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from worlds.log.models import Recorded, StoredEvent, WorldEvent

Payload = Mapping[str, Any]


class Schema(Struct, frozen=True):
    """A type of event, and the version of its payload."""

    event_type: str
    version: int = 1

    def __str__(self) -> str:
        return f"{self.event_type} v{self.version}"


class Upcaster(Struct, frozen=True):
    """A step from a schema to the next one.

    Attributes:
        after: one version higher than `before`; of the same type, unless it was renamed.
        upcast: returns the payload in the later schema.
    """

    before: Schema
    after: Schema
    upcast: Callable[[Payload], Payload]


class UpcastingError(Exception):
    """The table of upcasters, or an event in the log, does not lead to a known type; the text says what is wrong."""


class EventReader:
    """Makes events of what is stored.

    Args:
        types: all types of events.
        upcasters: the steps from all earlier schemas.
    """

    def __init__(self, types: Iterable[type[WorldEvent]], upcasters: Iterable[Upcaster]) -> None:
        self._types = {each.type: each for each in types}
        self._steps = {each.before: each for each in upcasters}

    def check(self) -> None:
        """Follow every chain of upcasters to its end.

        Raises:
            UpcastingError: a chain runs in a circle, leaves out a version, or ends at what is no current schema.
        """
        for schema in self._steps:
            seen: list[Schema] = []
            while (step := self._steps.get(schema)) is not None:
                if schema in seen:
                    circle = " -> ".join(map(str, (*seen, schema)))
                    raise UpcastingError(f"These upcasters run in a circle: {circle}")
                seen.append(schema)
                schema = step.after
            for before, after in zip(seen, (*seen[1:], schema), strict=True):
                if after.version != before.version + 1:
                    raise UpcastingError(f"An upcaster leads from {before} to {after}: not one version further")
            self._current(schema)

    def read(self, stored: StoredEvent) -> Recorded:
        """Return an event as the code of today knows it.

        Raises:
            UpcastingError: its type or its schema is unknown, as after going back to earlier code.
        """
        schema, payload = Schema(stored.event_type, stored.schema_version), stored.payload
        while (step := self._steps.get(schema)) is not None:
            schema, payload = step.after, step.upcast(payload)
        event = self._current(schema).model_validate(payload)
        return Recorded(stored.aggregate_id, stored.version, stored.at, event)

    def _current(self, schema: Schema) -> type[WorldEvent]:
        kind = self._types.get(schema.event_type)
        if kind is None:
            raise UpcastingError(f"There is no type of event called {schema.event_type}")
        if kind.schema_version != schema.version:
            raise UpcastingError(f"Nothing leads from {schema} to the current v{kind.schema_version}")
        return kind
