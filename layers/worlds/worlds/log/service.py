"""The event store: appended to with the version that the writer has seen, and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import log_fields
from kernel.database import Tx
from worlds.log import queries
from worlds.log.models import Recorded, VersionConflict, WorldEvent

SNAPSHOT_EVERY: Final = 100
"""Events of an aggregate. Source: worlds 25."""


def record(
    tx: Tx,
    aggregate_type: str,
    aggregate_id: UUID,
    version: int,
    events: Sequence[WorldEvent],
    metadata: Mapping[str, Any] | None = None,
) -> list[Recorded]:
    """Append events to an aggregate whose row this transaction has locked; they cost no round trip.

    Args:
        version: the aggregate's, as its row says; 0 for a new one.
        metadata: who acted. The id of the call that is being answered is added, if there is one.
    """
    known = {**({"request_id": request_id} if (request_id := log_fields.request_id()) else {}), **(metadata or {})}
    recorded = [Recorded(aggregate_id, version + number, tx.now, event) for number, event in enumerate(events, start=1)]
    if recorded:
        queries.insert_events(tx, aggregate_type, recorded, known)
        tx.counts["events_appended_total", aggregate_type] += len(recorded)
    return recorded


def append(
    tx: Tx,
    aggregate_type: str,
    aggregate_id: UUID,
    expected_version: int,
    events: Sequence[WorldEvent],
    metadata: Mapping[str, Any] | None = None,
) -> list[Recorded]:
    """Append events to an aggregate that has no row to lock, if its version is still the expected one.

    Raises:
        VersionConflict: it is another one by now; nothing was written. A writer that comes at the same moment gets
            TryAgain instead, and is repeated by `kernel.action`.
    """
    if version_of(tx, aggregate_id) != expected_version:
        raise VersionConflict
    return record(tx, aggregate_type, aggregate_id, expected_version, events, metadata)


def version_of(tx: Tx, aggregate_id: UUID) -> int:
    """Return the version of an aggregate, for `append`; 0 for one without events."""
    [found] = queries.find_version(tx, aggregate_id)
    return found["version"] or 0


def keep_snapshot(
    tx: Tx, aggregate_id: UUID, version: int, code_version: int, state: Callable[[], Mapping[str, Any]]
) -> None:
    """Keep an aggregate's state after each hundredth of its events: a replay reads only those since.

    Args:
        code_version: of the state's JSON.
        state: makes it; called only where it is kept.
    """
    if version % SNAPSHOT_EVERY == 0:
        queries.insert_snapshot(tx, aggregate_id, version, code_version, state())
