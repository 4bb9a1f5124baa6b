"""SQL on worlds.events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from worlds.log.models import Recorded, StoredEvent

declare_race("events_one_of_each_version")

COLUMNS: Final[LiteralString] = (
    "number, event_type, aggregate_type, aggregate_id, version, schema_version, occurred_at, payload"
)

# The last version that was there at a time. Clocks of environments differ a little: what comes after a later event in
# the log is later, even if its own time says otherwise, so that a rewound state is one that there really was.
_LAST: Final[LiteralString] = """
    (SELECT coalesce(
        (SELECT min(version) - 1 FROM worlds.events WHERE aggregate_id = %(aggregate)s AND occurred_at > %(until)s),
        %(version)s))
"""


def insert_events(tx: Tx, aggregate_type: str, events: Sequence[Recorded], metadata: Mapping[str, Any]) -> None:
    tx.insert(
        "INSERT INTO worlds.events (event_id, event_type, aggregate_type, aggregate_id, version, schema_version,"
        " occurred_at, payload, metadata)",
        [
            (
                uuid4(),
                recorded.event.type,
                aggregate_type,
                recorded.aggregate_id,
                recorded.version,
                recorded.event.schema_version,
                recorded.at,
                Jsonb(recorded.event.model_dump(mode="json")),
                Jsonb(dict(metadata)),
            )
            for recorded in events
        ],
    )


def find_version(tx: Tx, aggregate_id: UUID) -> Cursor:
    """Return one row: `version`, null for an aggregate without events."""
    return tx.execute("SELECT max(version) AS version FROM worlds.events WHERE aggregate_id = %s", (aggregate_id,))


def list_of_aggregate(
    tx: Tx, aggregate_id: UUID, first: int, last: int | None, types: list[str] | None = None
) -> Cursor:
    """Return the events of an aggregate from a version to another, both inclusive, in their order.

    Args:
        types: those that are wanted; None for all.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + " FROM worlds.events WHERE aggregate_id = %(aggregate)s AND version >= %(first)s"
        + " AND version <= coalesce(%(last)s, version) AND event_type = ANY(coalesce(%(types)s, ARRAY[event_type]))"
        + " ORDER BY version",
        {"aggregate": aggregate_id, "first": first, "last": last, "types": types},
    )


def list_of_type(tx: Tx, event_type: str, since: datetime, until: datetime, limit: int) -> Cursor:
    """Return the events of a type from a moment until before another one, oldest first."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + " FROM worlds.events WHERE event_type = %s AND occurred_at >= %s AND occurred_at < %s"
        + " ORDER BY occurred_at, number LIMIT %s",
        (event_type, since, until, limit),
    )


def list_after(tx: Tx, number: int, limit: int) -> Cursor:
    """Return the events after a number, in their order."""
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.events WHERE number > %s ORDER BY number LIMIT %s", (number, limit)
    )


def read(cursor: Cursor) -> Iterator[StoredEvent]:
    """Yield the stored events of rows with COLUMNS."""
    for row in cursor:
        yield StoredEvent(
            row["number"],
            row["event_type"],
            row["aggregate_type"],
            row["aggregate_id"],
            row["version"],
            row["schema_version"],
            row["occurred_at"],
            row["payload"],
        )


def insert_snapshot(tx: Tx, aggregate_id: UUID, version: int, code_version: int, state: Mapping[str, Any]) -> None:
    tx.execute(
        """
        INSERT INTO worlds.snapshots (aggregate_id, version, code_version, state, made_at) VALUES (%s, %s, %s, %s, %s)
        """,
        (aggregate_id, version, code_version, Jsonb(dict(state)), tx.now),
    )


def find_snapshot(
    tx: Tx, aggregate_id: UUID, code_version: int, version: int | None, until: datetime | None
) -> tuple[Cursor, Cursor]:
    """Return the last snapshot before a version or a time, and the events from there until then.

    Args:
        version: the last that is wanted; None for all.
        until: later events are not wanted; None for any.

    Returns:
        At most one row of `version` and `state`; and the rows of the events.
    """
    params = {"aggregate": aggregate_id, "code": code_version, "version": version, "until": until}
    snapshot: LiteralString = (
        " FROM worlds.snapshots WHERE aggregate_id = %(aggregate)s AND code_version = %(code)s"
        " AND version <= coalesce(" + _LAST + ", version) ORDER BY version DESC LIMIT 1"
    )
    found = tx.execute("SELECT version, state" + snapshot, params)
    events = tx.execute(
        "SELECT "
        + COLUMNS
        + " FROM worlds.events WHERE aggregate_id = %(aggregate)s AND version > coalesce((SELECT version"
        + snapshot
        + "), 0) AND version <= coalesce("
        + _LAST
        + ", version) ORDER BY version",
        params,
    )
    return found, events
