"""Reading the log: by aggregate, by type and time, all of it; and what an aggregate was at any of its versions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from worlds.events import READER
from worlds.log import queries
from worlds.log.models import Recorded, WorldEvent

MOST: Final = 1000
"""Events that are read at once, where no one says how many."""

State = TypeVar("State")


class States(Struct, Generic[State], frozen=True):
    """How the states of a type of aggregate come about.

    Attributes:
        code_version: of the state's JSON; snapshots of other versions are not read.
        fold: returns the state after events.
        read: returns the state of a snapshot.
    """

    code_version: int
    fold: Callable[[State | None, Iterable[Recorded]], State | None]
    read: Callable[[Mapping[str, Any]], State]


class LogPage(Struct, frozen=True):
    """Some of the log.

    Attributes:
        events: each with the type of its aggregate.
        last: the number of the last one, where the next page begins; None if there are no more.
    """

    events: list[tuple[str, Recorded]]
    last: int | None


def list_of(
    tx: Tx,
    aggregate_id: UUID,
    first: int = 1,
    last: int | None = None,
    types: Collection[type[WorldEvent]] | None = None,
) -> list[Recorded]:
    """Return the events of an aggregate from a version to another, both inclusive, in their order.

    Args:
        types: those that are wanted; None for all.
    """
    names = None if types is None else [each.type for each in types]
    return [*map(READER.read, queries.read(queries.list_of_aggregate(tx, aggregate_id, first, last, names)))]


def list_of_type(tx: Tx, event_type: str, since: datetime, until: datetime, limit: int = MOST) -> list[Recorded]:
    """Return the events of a type from a moment until before another one, oldest first."""
    return [*map(READER.read, queries.read(queries.list_of_type(tx, event_type, since, until, limit)))]


def page_after(tx: Tx, number: int, limit: int = MOST) -> LogPage:
    """Return the next events after one with this number, of all aggregates; 0 for the first."""
    stored = list(queries.read(queries.list_after(tx, number, limit)))
    events = [(each.aggregate_type, READER.read(each)) for each in stored]
    return LogPage(events, stored[-1].number if len(stored) == limit else None)


def everything(tx: Tx) -> Iterator[tuple[str, Recorded]]:
    """Yield all events in their order, each with the type of its aggregate."""
    last: int | None = 0
    while last is not None:
        page = page_after(tx, last)
        yield from page.events
        last = page.last


def replay(
    tx: Tx, states: States[State], aggregate_id: UUID, version: int | None = None, until: datetime | None = None
) -> State | None:
    """Return what an aggregate was after a version, or at a time; None if it was not there yet.

    Reads the last snapshot before then, and the events since.
    """
    found, events = queries.find_snapshot(tx, aggregate_id, states.code_version, version, until)
    row = found.fetchone()
    before = None if row is None else states.read(row["state"])
    return states.fold(before, map(READER.read, queries.read(events)))
