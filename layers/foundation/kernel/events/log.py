"""Searching the event log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from kernel.events import queries
from kernel.events.replaying import ReplayRequested


class Entry(Struct, frozen=True):
    """An event in the log."""

    position: int
    event_id: UUID
    type: str
    user_id: UUID | None
    payload: Any
    metadata: Mapping[str, Any]
    created_at: datetime


def read_log(
    tx: Tx,
    *,
    user_id: UUID | None = None,
    event_type: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return the newest events that meet every condition, newest first. Both times are inclusive.

    Private events are left out, except for replay requests.
    """
    return [
        Entry(
            position=row["position"],
            event_id=row["event_id"],
            type=row["event_type"],
            user_id=row["user_id"],
            payload=row["payload"],
            metadata={key: value for key, value in row["metadata"].items() if key != "version"},
            created_at=row["created_at"],
        )
        for row in queries.list_events(tx, user_id, event_type, since, until, ReplayRequested.type, limit)
    ]
