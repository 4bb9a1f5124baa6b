"""SQL on worlds.events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from worlds.log.models import Recorded

declare_race("events_one_of_each_version")


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
